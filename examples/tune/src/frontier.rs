//! What can be had: failures spared against good calls rejected.

use crate::replay::Figures;

/// The places of those that no other beats: whoever spares more failures loses more good calls. From the fewest lost on.
/// Of several that do the same it is the first.
pub fn frontier(all: &[Figures]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    let cost = |&place: &usize| {
        let rejected = all[place].rejected;
        (rejected.good, std::cmp::Reverse(rejected.failed), place)
    };
    order.sort_by_key(cost);
    let mut best = None;
    order.retain(|&place| {
        let spared = all[place].rejected.failed;
        let better = best.is_none_or(|best| spared > best);
        if better {
            best = Some(spared);
        }
        better
    });
    order
}

/// Of a frontier, the place that spares the most while it loses no larger share of the good calls than this.
pub fn within(all: &[Figures], frontier: &[usize], lost: f64) -> Option<usize> {
    frontier.iter().copied().rfind(|&place| all[place].lost_share() <= lost)
}

/// So many of them, from end to end, and the one that must be there.
pub fn some(frontier: &[usize], most: usize, must: Option<usize>) -> Vec<usize> {
    if frontier.len() <= most {
        return frontier.to_vec();
    }
    let mut some: Vec<usize> =
        (0..most).map(|n| n * (frontier.len() - 1) / (most - 1)).map(|n| frontier[n]).collect();
    if let Some(must) = must.filter(|must| !some.contains(must)) {
        let place = |of: usize| frontier.iter().position(|&other| other == of).unwrap_or_default();
        let inner = some.iter().enumerate().skip(1).take(most - 2);
        let near = inner.min_by_key(|(_, of)| place(**of).abs_diff(place(must)));
        if let Some((near, _)) = near {
            some[near] = must;
        }
        some.sort_by_key(|&of| place(of));
    }
    some
}

#[cfg(test)]
mod tests {
    use super::{frontier, some, within};
    use crate::replay::Figures;

    #[test]
    fn nobody_on_it_is_beaten() {
        let of = |(lost, spared)| {
            let mut figures = Figures::default();
            (figures.rejected.good, figures.rejected.failed) = (lost, spared);
            (figures.passed.good, figures.passed.failed) = (100 - lost, 100 - spared);
            figures
        };
        let all = [(5, 50), (0, 10), (5, 60), (2, 40), (2, 40), (9, 60), (9, 80), (3, 30)].map(of);
        let found = frontier(&all);
        assert_eq!(found, [1, 3, 2, 6]);
        assert_eq!(within(&all, &found, 0.05), Some(2));
        assert_eq!(within(&all, &found[2..], 0.01), None);
        assert_eq!(some(&found, 3, Some(2)), [1, 2, 6]);
        assert!(frontier(&[]).is_empty());
    }
}
