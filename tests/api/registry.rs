//! Breakers of different types in one place.

use mcb::{Circuit, Config, ManualClock, NetError, Registry, RegistryError, View};

use super::Breaker;

#[test]
fn registries_and_views_find_by_id_and_list_in_order() {
    static CLOCK: ManualClock = ManualClock::new();
    static A: Breaker = Breaker::new(&Config::new("a"), &CLOCK);
    static B: Breaker<NetError> = Breaker::new(&Config::new("b").strategy(NetError), &CLOCK);
    static C: Breaker = Breaker::new(&Config::new("c"), &CLOCK);
    static VIEW: View = View::new(&[&A, &B, &C]);
    let registry = Registry::<3>::default();
    for circuit in VIEW.circuits() {
        registry.register(circuit).unwrap();
    }
    let ids = |circuits: &mut dyn Iterator<Item = &'static (dyn Circuit + Sync)>| -> String {
        circuits.map(|circuit| circuit.id()).collect()
    };
    assert_eq!(ids(&mut registry.circuits()), "abc");
    assert_eq!(ids(&mut registry.iter()), "abc");
    assert_eq!(ids(&mut (&registry).into_iter()), "abc");
    assert_eq!(ids(&mut VIEW.circuits()), "abc");
    A.force_open();
    C.force_open();
    assert_eq!(ids(&mut registry.open_circuits()), "ac");
    assert_eq!(ids(&mut VIEW.open_circuits()), "ac");
    for id in ["a", "b", "c"] {
        assert_eq!(registry.get(id).map(|circuit| circuit.id()), Some(id));
        assert_eq!(VIEW.get(id).map(|circuit| circuit.id()), Some(id));
    }
    assert!(registry.get("d").is_none() && VIEW.get("d").is_none());
    let (duplicate, full) =
        (RegistryError::Duplicate { id: "a" }, RegistryError::Full { id: "d", capacity: 3 });
    assert_eq!(duplicate.to_string(), "circuit a is registered already");
    assert_eq!(full.to_string(), "no place for circuit d: the registry holds at most 3");
}
