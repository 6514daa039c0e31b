# shellcheck shell=bash disable=SC2034
# container-env.bash: which of the host's variables reach the container, as docs/container-environment.md of ctinstall lists them.
# on-host.bash sources it.

# All of these are words, which bash reads in a third of the time that arrays take.
# Variables that stay outside: their names, and beginnings of names.
dropped=  # filled in by ctinstall
dropped_beginnings=  # filled in by ctinstall
# Patterns of names: some that the settings drop too, and all that pass whatever the other lines say.
dropped_patterns=  # filled in by ctinstall
passing=  # filled in by ctinstall
# Variables that hold a path, those whose path programs make themselves, and what some get in the place of one that cannot be
# seen inside: `TMPDIR=/tmp`.
path_variables=  # filled in by ctinstall
made_paths=  # filled in by ctinstall
stand_ins=  # filled in by ctinstall
