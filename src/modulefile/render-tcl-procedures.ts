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
proc value_of {variable} {
  if {[info exists ::env($variable)]} {
    return $::env($variable)
  }
  return ""
}
`;

/**
 * Sets a variable so that unloading gives the user's own value back. One that was set but empty comes back as unset, as
 * with the Lua modulefiles.
 *
 * Environment Modules: `setenv` forgets what was, and `pushenv` splits its values at `:` (5.2.0), which every bind holds.
 * So the old value is kept in a variable of its own while the module is loaded; at unload, `unsetenv` with a value sets
 * it. To modules that are loaded by the same command a variable that was unset has the value that it was unset with, so
 * that is empty here.
 *
 * Lmod: as the Lua modulefiles do it, see `lmod-lua-writer/set-restorably.ts`. Its reader of Tcl writes a tab in a way
 * that Lua cannot read, and drops blanks at the end of a value.
 */
const setRestorably = String.raw`
# Unloading gives back what was.
proc set_restorably {variable value} {
  if {[is_lmod]} {
    set_in_lmod $variable [string map {"\t" " "} [whole $value]]
    return
  }
  set saved __CTINSTALL_SAVED_$variable
  if {[module-info mode unload]} {
    set old [value_of $saved]
    setenv $saved ""
    if {$old eq ""} {
      setenv $variable ""
    } else {
      unsetenv $variable $old
    }
    return
  }
  if {[module-info mode load]} {
    if {[value_of $variable] ne ""} {
      setenv $saved [value_of $variable]
    } elseif {[info exists ::env($saved)]} {
      unsetenv $saved
    }
  }
  setenv $variable $value
}
# What Lmod's pushenv keeps for that is written here, since it would keep the first value that it ever saw, and garble
# some letters beyond ASCII.
proc set_in_lmod {variable value} {
  set stack_name __LMOD_STACK_$variable
  set stack [value_of $stack_name]
  set old ""
  if {[module-info mode load]} {
    set old [value_of $variable]
  }
  if {$old eq "" && $stack eq ""} {
    setenv $variable $value
    return
  }
  if {[module-info mode load]} {
    set below ""
    regexp {:.*$} $stack below
    setenv $stack_name [in_base64 $old]$below
  }
  pushenv $variable $value
}
proc in_base64 {text} {
  if {$text eq ""} {
    return false
  }
  set bytes [encoding convertto [encoding system] $text]
  if {[string is ascii $bytes]} {
    return [string map {+ - / _} [binary encode base64 $bytes]]
  }
  # Lmod's decoder loses bits of every third of these bytes: two at a time it gets whole.
  set result ""
  for {set at 0} {$at < [string length $bytes]} {incr at 2} {
    append result [string map {+ - / _} [binary encode base64 [string range $bytes $at [expr {$at + 1}]]]]
  }
  return $result
}
# SingularityCE knows only SINGULARITY..., Apptainer prefers APPTAINER...: each gets the same value.
proc set_both {rest value} {
  set_restorably SINGULARITY$rest $value
  set_restorably APPTAINER$rest $value
}
`;

/**
 * What the user has set under both names, each place in the container once. `ro`, `rw`, `image-src=` and `id=` behind a
 * comma belong to the bind before them; a comma or colon behind a backslash is part of a path.
 */
const joinUsers = String.raw`
proc join_users {rest} {
  global taken
  set joined ""
  foreach prefix {APPTAINER SINGULARITY} {
    set is_kept 1
    set given [string map [list "\\," "\u0001" "\\:" "\u0002"] [value_of $prefix$rest]]
    foreach entry [split $given ,] {
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
        if {$joined ne ""} {
          append joined ,
        }
        append joined $entry
      }
    }
  }
  return [string map [list "\u0001" "\\," "\u0002" "\\:"] $joined]
}
# Apptainer has something to say where SINGULARITY_BINDPATH stands alone, or the two differ.
proc set_bind_paths {value} {
  set is_set [expr {$value ne ""}]
  foreach variable {SINGULARITY_BINDPATH APPTAINER_BINDPATH} {
    set mark __CTINSTALL_HAS_SET_$variable
    if {[module-info mode unload]} {
      if {[value_of $mark] ne ""} {
        setenv $mark ""
        set_restorably $variable $value
      }
    } else {
      set is_there [info exists ::env($variable)]
      if {$is_there} {
        set is_set 1
      }
      # To a module that is loaded in the place of another, what that one has set seems to be there, but empty.
      if {$is_set && ([info exists ::env($mark)] || !$is_there || $::env($variable) ne $value)} {
        setenv $mark yes
        set_restorably $variable $value
      }
    }
  }
}
`;

/** Adds to `binds`, unless the user's own binds (`taken`) name the same place in the container. */
const addBind = `
proc add_bind {host container options is_required} {
  global binds taken module_name
  if {[lsearch -exact $taken $container] >= 0} {
    return
  }
  if {![file exists $host]} {
    if {$is_required && [module-info mode load]} {
      refuse "$module_name: $host is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional."
    }
    return
  }
  if {$binds ne ""} {
    append binds ,
  }
  append binds $host : $container $options
}
`;

/** For what depends on the node or the user: it is taken back at unload if it was set at load, whatever holds by then. */
const setWhere = `
proc set_where {is_wanted variable value} {
  set mark __CTINSTALL_HAS_SET_$variable
  # Lmod's reader calls it by the second name.
  if {[module-info mode unload] || [module-info mode remove]} {
    if {[value_of $mark] ne ""} {
      setenv $mark ""
      set_both ENV_$variable $value
    }
  } elseif {$is_wanted} {
    setenv $mark yes
    set_both ENV_$variable $value
  }
}
proc is_incomplete {directory venv} {
  return [file isfile [file join $directory .$venv.incomplete]]
}
proc check_venv {directory bad before behind} {
  global venv is_packed
  if {![regexp {^[A-Za-z0-9][A-Za-z0-9._+-]*$} $venv]} {
    refuse $bad
  }
  if {$is_packed || [file isdirectory [file join $directory $venv]] && ![is_incomplete $directory $venv]} {
    return
  }
  set there [list]
  foreach entry [lsort [glob -nocomplain -tails -directory $directory *]] {
    if {[regexp {^[A-Za-z0-9]} $entry] && [file isfile [file join $directory $entry pyvenv.cfg]] && ![is_incomplete $directory $entry]} {
      lappend there $entry
    }
  }
  refuse $before$venv$behind[join $there ", "]
}
`;

/** Lines of Tcl, to be written before what calls them. */
export const procedures: readonly string[] = [say, setRestorably, joinUsers, addBind, setWhere].flatMap((text) =>
  text.trim().split('\n'),
);
