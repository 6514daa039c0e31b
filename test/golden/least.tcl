#%Module1.0
# demo/1.0-x, written by ctinstall 1.2.3.
# Do not edit: `ctinstall --rebuild` writes it anew. Your own additions belong in a module that loads this one.
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

proc ModulesHelp {} {
}
tell_whatis "Name: demo"
tell_whatis "Version: 1.0-x"
tell_whatis "Category: tools"
if {[module-info mode load] && [info exists ::env(MODULES_FAMILY_CTINSTALL_SOFTWARE)] && $::env(MODULES_FAMILY_CTINSTALL_SOFTWARE) ne ""} {
  refuse "a module of ctinstall is loaded already, $::env(MODULES_FAMILY_CTINSTALL_SOFTWARE), and one can be at a time: module switch $::env(MODULES_FAMILY_CTINSTALL_SOFTWARE) demo/1.0-x"
}
conflict demo
if {[info commands family] ne ""} {
  family ctinstall_software
}

set module_name demo/1.0-x

# The image: the copy of this install, or else the central one.
set image ""
foreach candidate [list /home/user/ctinstall/software/demo/1.0-x/demo.sif] {
  if {$image eq "" && [file isfile $candidate]} {
    set image $candidate
  }
}
if {$image eq ""} {
  if {[module-info mode load]} {
    refuse "demo/1.0-x: its image is gone. None of these is there:\n    /home/user/ctinstall/software/demo/1.0-x/demo.sif\n  Install it again (ctinstall --rebuild), or ask for the central image to be put back."
  }
  set image /home/user/ctinstall/software/demo/1.0-x/demo.sif
}
set_restorably SIF $image
set_restorably SIFDEMO $image

# Binds. Yours stay, and win where several name one place in the container (the runtimes warn of a second).
# Apptainer takes APPTAINER_BIND for SINGULARITY_BIND; both get the same value, so that each runtime sees all.
set taken [list]
set users [join_users _BIND]
set users_paths [join_users _BINDPATH]
set binds ""
add_bind /home/user/ctinstall/software/demo/1.0-x/runscripts /runscripts ":ro" 1
# Your software: packed if it is packed, else the directory.
set is_packed [file isfile /home/user/ctinstall/software/demo/1.0-x/user-software.squashfs]
if {$is_packed} {
  add_bind /home/user/ctinstall/software/demo/1.0-x/user-software.squashfs /user-software ":ro,image-src=/" 0
} else {
  add_bind /home/user/ctinstall/software/demo/1.0-x/user-software /user-software "" 0
}
if {$binds eq ""} {
  set binds $users
} elseif {$users ne ""} {
  append binds , $users
}
set_both _BIND $binds
set_bind_paths $users_paths

# The virtual environment: the one that you name, or else that of the easyconfig.
set venv [value_of CTINSTALL_VENV]
if {$venv eq ""} {
  set venv ""
} elseif {[module-info mode load]} {
  check_venv /home/user/ctinstall/software/demo/1.0-x/user-software/venv "demo/1.0-x: CTINSTALL_VENV must be the name of a virtual environment: letters, digits and . _ + -" "demo/1.0-x: CTINSTALL_VENV names a virtual environment that is not there: " ". Unset it, or make one: ctinstall venv create demo/1.0-x --name <name>. There are: "
}
set venv_place /user-software/venv/
append venv_place $venv
# Inside the container. Apptainer reads APPTAINERENV_ first and warns where the two differ.
set path /runscripts
if {$venv ne ""} {
  append path : $venv_place /bin
}
set seen ""
foreach variable {APPTAINERENV_PREPEND_PATH SINGULARITYENV_PREPEND_PATH} {
  set users [value_of $variable]
  if {$users ne "" && $users ne $seen} {
    append path : $users
    set seen $users
  }
}
set_both ENV_PREPEND_PATH $path
set_where [expr {$venv ne ""}] VIRTUAL_ENV $venv_place
set_where $is_packed PIP_USER 0
set_where $is_packed PIP_PYTHON /runscripts/pip-when-packed

set_restorably CONTAINERROOT /home/user/ctinstall/software/demo/1.0-x
set_restorably EBROOTDEMO /home/user/ctinstall/software/demo/1.0-x
set_restorably EBVERSIONDEMO 1.0
set_restorably RUNSCRIPTS /home/user/ctinstall/software/demo/1.0-x/runscripts
set_restorably RUNSCRIPTSDEMO /home/user/ctinstall/software/demo/1.0-x/runscripts
prepend-path PATH /home/user/ctinstall/software/demo/1.0-x/bin
