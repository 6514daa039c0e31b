/*
 * The procedures that a Tcl modulefile begins with. They are the same in each modulefile: values come to them as
 * arguments.
 */

/**
 * What the user is told, and what is told of the module.
 *
 * Lmod has Tcl read the file in the C locale, where each byte of a text is a character of its own. What goes back to Lmod
 * must be characters again: it takes them from Tcl's memory, or where Tcl is a program of its own, from its output.
 */
const say = `
# Lmod's reader of Tcl has this command, Environment Modules has not.
proc is_lmod {} {
  return [expr {[info commands myPuts] ne ""}]
}
if {[is_lmod]} {
  fconfigure stdout -encoding utf-8
}
# A text of this file as the session's encoding has it. Some read this file byte by byte.
proc native {text} {
  if {[string length "é"] != 1} {
    return $text
  }
  return [from_bytes [encoding convertto utf-8 $text]]
}
proc from_bytes {bytes} {
  return [encoding convertfrom [encoding system] $bytes]
}
# For Lmod: each character whole.
proc whole {text} {
  if {[is_lmod]} {
    return [encoding convertfrom utf-8 [encoding convertto [encoding system] $text]]
  }
  return $text
}
proc say {text} {
  puts stderr [whole $text]
}
proc tell_whatis {text} {
  module-whatis [whole $text]
}
# Ends the loading of the module.
proc refuse {message} {
  if {[is_lmod]} {
    # Lmod would run what comes behind these four characters.
    error [string map {]=== {] ===}} [whole $message]]
  }
  # Without this word the message would be followed by all that Tcl was about to do.
  error $message "" MODULES_ERR_GLOBAL
}
proc refuse_value {before value behind} {
  refuse $before$value$behind
}
proc value_of {variable} {
  if {[info exists ::env($variable)]} {
    return $::env($variable)
  }
  return ""
}
`;

/**
 * Sets a variable so that unloading gives the user's own value back. One that was set but empty comes back as unset, as with the Lua modulefiles.
 *
 * Environment Modules: `setenv` forgets what was, and `pushenv` splits its values at `:` (5.2.0), which every bind holds.
 * So the old value is kept in a variable of its own while the module is loaded; at unload, `unsetenv` with a value sets
 * it. To modules that are loaded by the same command a variable that was unset has the value that it was unset with, so
 * that is empty here.
 *
 * Lmod's reader of Tcl writes a tab in a way that Lua cannot read, and drops blanks at the end of a value. It has no
 * `pushenv` that takes a variable away: what is pushed is unset behind it, which does nothing at unload. And it sets the
 * variable while the file is read, before it looks for the value that is to be kept.
 */
const setVariable = String.raw`
# Unloading gives each variable back what it had before. What is not wanted stays as it is.
proc set_variable {variable value {is_wanted 1}} {
  if {!$is_wanted} {
    set value [value_of $variable]
    if {$value eq ""} {
      clear_variable $variable
      return
    }
  }
  if {[is_lmod]} {
    push_in_lmod $variable [whole $value] 1
  } else {
    keep $variable
    if {![module-info mode unload]} {
      setenv $variable $value
    }
  }
}
# Not set while the module is loaded.
proc clear_variable {variable} {
  if {[is_lmod]} {
    push_in_lmod $variable "" 0
  } else {
    keep $variable
    if {![module-info mode unload] && [info exists ::env($variable)]} {
      unsetenv $variable
    }
  }
}
proc push_in_lmod {variable value is_set} {
  # Lmod 8.7.60 fails at a pushenv and an unsetenv of what was not set before.
  if {!$is_set && [module-info mode load] && ![info exists ::env($variable)]} {
    return
  }
  set old [array get ::env $variable]
  pushenv $variable [string map {"\t" " "} $value]
  if {!$is_set} {
    unsetenv $variable
  }
  # Lmod looks for the old value when all of this file has been read: it must still be there, or not.
  set ::env($variable) ""
  unset ::env($variable)
  array set ::env $old
}
# For Environment Modules, whose pushenv splits values at each colon.
proc keep {variable} {
  set saved __CTINSTALL_SAVED_$variable
  if {[module-info mode load]} {
    if {[value_of $variable] ne ""} {
      setenv $saved [value_of $variable]
    } elseif {[info exists ::env($saved)]} {
      unsetenv $saved
    }
  } elseif {[module-info mode unload]} {
    set old [value_of $saved]
    setenv $saved ""
    if {$old eq ""} {
      setenv $variable ""
    } else {
      unsetenv $variable $old
    }
  }
}
`;

/**
 * What the user has set, under four names: each place in the container once. `ro`, `rw`, `image-src=` and `id=` behind a
 * comma belong to the bind before them; a comma or colon behind a backslash is part of a path.
 */
const forContainer = String.raw`
proc find_users_binds {} {
  global yours taken
  foreach variable {APPTAINER_BIND SINGULARITY_BIND APPTAINER_BINDPATH SINGULARITY_BINDPATH} {
    set is_kept 0
    set given [string map [list "\\," "\u0001" "\\:" "\u0002"] [value_of $variable]]
    foreach entry [split $given ,] {
      set entry [string trimleft $entry " \t\n\v\f\r"]
      set word [string trim $entry " \t\n\v\f\r"]
      if {![regexp {^(ro|rw|image-src=.*|id=.*)$} $word]} {
        set place $word
        regexp {^[^:]*:([^:]+)} $word whole place
        regsub -all {/+} $place / place
        set place [string trimright [string trim $place " \t\n\v\f\r"] /]
        set is_kept [expr {$word ne "" && [lsearch -exact $taken $place] < 0}]
        lappend taken $place
      }
      if {$is_kept && $entry ne ""} {
        lappend yours [string map [list "\u0001" "\\," "\u0002" "\\:"] $entry]
      }
    }
  }
}
proc add_bind {host place options is_required} {
  global binds taken before behind
  if {[lsearch -exact $taken $place] >= 0} {
    return
  }
  if {[file exists $host]} {
    lappend binds $host:$place$options
  } elseif {$is_required && [module-info mode load]} {
    refuse_value $before $host $behind
  }
}
proc set_binds {} {
  global binds yours
  foreach runtime {APPTAINER SINGULARITY} {
    set_variable [set runtime]_BIND [join [concat $binds $yours] ,]
    clear_variable [set runtime]_BINDPATH
  }
}
proc add_users_path {} {
  global path
  set yours [value_of APPTAINERENV_PREPEND_PATH]
  set other [value_of SINGULARITYENV_PREPEND_PATH]
  if {$other ne $yours} {
    regexp {^:?(.*?):?$} $yours:$other whole yours
  }
  if {$yours ne ""} {
    append path : $yours
  }
}
# Inside of the container, for both runtimes.
proc set_inside {variable value {is_wanted 1}} {
  set_variable APPTAINERENV_$variable $value $is_wanted
  set_variable SINGULARITYENV_$variable $value $is_wanted
}
# What you have set counts.
proc set_default {variable value} {
  foreach given [list SINGULARITYENV_$variable APPTAINERENV_$variable] {
    if {[value_of $given] ne ""} {
      set value [value_of $given]
    }
  }
  set_inside $variable $value
}
# One that is incomplete, since its making was stopped or goes on, has a file beside it.
proc is_venv {directory name} {
  global is_packed
  if {![regexp {^[A-Za-z0-9][A-Za-z0-9._+-]*$} $name]} {
    return 0
  }
  return [expr {$is_packed
    || [file isfile $directory/$name/pyvenv.cfg] && ![file isfile $directory/.$name.incomplete]}]
}
`;

/** Lines of Tcl, to be written before what calls them: of every module, and of one for an environment. */
export const commonProcedures = linesOf(say + setVariable);
export const containerProcedures = linesOf(forContainer);

/** For a module that adds to path variables, outside and inside. */
export const addPathProcedure = linesOf(`
proc add_path {how variable path} {
  $how $variable [whole $path]
}
`);
/** For a module that gives the user's shell aliases or functions. */
export const shellProcedure = linesOf(`
proc in_shell {how name text} {
  $how $name [whole $text]
}
`);
export const extendProcedure = linesOf(`
# Around what you have set for the container, or else around what the image sets: the runtime puts that in.
proc extend_inside {variable value before behind} {
  set yours [value_of APPTAINERENV_$variable]
  if {$yours eq ""} {
    set yours [value_of SINGULARITYENV_$variable]
  }
  if {$yours ne ""} {
    set value $before$yours$behind
  }
  set_inside $variable $value
}
`);
export const unlessProcedure = linesOf(`
# What you have set counts, here or for the container.
proc set_unless {variable value args} {
  set is_wanted 1
  foreach other $args {
    if {[value_of $other] ne ""} {
      set is_wanted 0
    }
  }
  foreach yours [list SINGULARITYENV_$variable APPTAINERENV_$variable] {
    if {[value_of $yours] ne ""} {
      set value [value_of $yours]
      set is_wanted 1
    }
  }
  set_inside $variable $value $is_wanted
}
`);

function linesOf(text: string): readonly string[] {
  return text.trim().split('\n');
}
