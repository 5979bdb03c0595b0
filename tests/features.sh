#!/usr/bin/env bash
# Looks up each cell of the others' columns of tests/features.md where it was read: in the packages that
# benches/peers/Cargo.lock pins, and in pycircuitbreaker's wheel.
# Usage: tests/features.sh [--write]
# With --write it writes tests/features.md anew, from tests/features.txt.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
record=$root/tests/features.txt
if [ "${1:-}" = --write ]; then
    awk '
        BEGIN {
            print "# What mcb and others can do\n"
            print "From `tests/features.txt`, by `tests/features.sh --write`. `cargo test --test features` holds each cell of mcb against a test"
            print "of that name, `tests/features.sh` looks up each of the others where it was read. What they do where breakers failed in"
            print "the field is run, not read: `benches/peers/behaviour.md`.\n"
        }
        function cell(verdict) { sub(/: /, ", ", verdict); return verdict }
        /^source / { names[++columns] = $2; versions[columns] = $3; next }
        /^= / {
            if (!rows) {
                printf "| | mcb |"
                for (i = 1; i <= columns; i++) {
                    sub(/-circuitbreaker$|-circuit$/, "", names[i])
                    printf " %s %s |", names[i], versions[i]
                }
                printf "\n|---|---|"
                for (i = 1; i <= columns; i++) printf "---|"
            }
            rows++
            printf "\n| %s |", substr($0, 3)
            places = places "\n**" substr($0, 3) "**\n\n"
            next
        }
        /^[a-z].* @ / {
            at = index($0, " @ ")
            verdict = substr($0, length($1) + 2, at - length($1) - 2)
            printf " %s |", cell(verdict)
            place = substr($0, at + 3)
            if (place ~ /^!/) place = "nowhere `" substr(place, 2) "`"
            else if ($1 == "mcb") { gsub(/; /, "`, `", place); place = "`" place "`" }
            else {
                count = split(place, each, "; ")
                place = ""
                for (i = 1; i <= count; i++) {
                    sub(/: /, ": `", each[i])
                    place = place (i > 1 ? "; " : "") each[i] "`"
                }
            }
            places = places "- " $1 ": " place "\n"
        }
        END { print "\n\n## Where it was read\n" places }
    ' "$record" | cat -s >"$root/tests/features.md"
    exit
fi

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

manifests=$(cargo metadata --manifest-path "$root/benches/peers/Cargo.toml" --format-version 1 --locked |
    grep -o '"manifest_path":"[^"]*"' | cut -d'"' -f4)

# The folder of a package, fetched if need be.
package() {
    local name=$1 version=$2 manifest
    if [ "$name" = pycircuitbreaker ]; then
        python3 -m pip download --quiet --no-deps --dest "$temporary" "$name==$version" >&2
        python3 -m zipfile -e "$temporary/$name-$version"*.whl "$temporary/$name"
        echo "$temporary/$name/$name"
        return
    fi
    manifest=$(grep "/$name-$version/Cargo.toml$" <<<"$manifests") || {
        echo "benches/peers does not pin $name $version" >&2
        return 1
    }
    dirname "$manifest"
}

declare -A folders sources
while read -r _ name version below; do
    folder=$(package "$name" "$version")
    column=${name%-circuitbreaker}
    column=${column%-circuit}
    folders[$column]=$folder
    [ "$name" = pycircuitbreaker ] && below=.
    sources[$column]=$folder/$below
done < <(grep '^source ' "$record")

failures=0 places=0 feature=
wrong() {
    echo "$feature: $1" >&2
    failures=$((failures + 1))
}
while IFS= read -r line; do
    case $line in
        '= '*) feature=${line#= } && continue ;;
        '#'* | '' | 'source '* | 'mcb '*) continue ;;
    esac
    column=${line%% *}
    while IFS= read -r place; do
        places=$((places + 1))
        if [ "${place:0:1}" = '!' ]; then
            grep -rniE --include='*.rs' --include='*.py' -e "${place:1}" "${sources[$column]}" >&2 &&
                wrong "$column: «${place:1}» stands there"
        else
            grep -qF -e "${place#*: }" "${folders[$column]}/${place%%: *}" || wrong "$column: no $place"
        fi
    done < <(sed 's/^[^@]* @ //; s/; \([a-z/_]*\.[a-z]*: \)/\n\1/g' <<<"$line")
done <"$record"
echo "$places places looked up, $failures wrong"
[ "$failures" = 0 ] && [ "$places" -gt 100 ]
