#%Module1.0
# mpi4py/3.1.6-rocm-6.2.0, written by ctinstall 1.2.3.
# Do not edit: `ctinstall --rebuild` writes it again. Your own additions belong in a module that loads this one.
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

proc ModulesHelp {} {
  say Description
  say ""
  say "    mpi4py 3.1.6 and cupy for AMD GPUs on ROCm 6.2.0, with Python 3.12, in a"
  say "    container."
  say ""
  say "    Run Python in it with"
  say "        srun singularity exec \$SIF conda-python-simple script.py"
  say "    or open a shell in it with"
  say "        start-shell"
  say "    Packages that you add with pip go into a virtual environment in"
  say "    \$CONTAINERROOT/user-software. `ctinstall squashfs` (or make-squashfs) packs it"
  say "    into one file, which loads faster and is easy on your file quota."
  say ""
  say "More information"
  say ""
  say "    https://mpi4py.readthedocs.io/"
  say "    https://mpi4py.readthedocs.io/en/stable/"
}
tell_whatis "Name: mpi4py"
tell_whatis "Version: 3.1.6-rocm-6.2.0"
tell_whatis "Category: devel"
tell_whatis "Description: MPI for Python and cupy on ROCm 6.2.0, in a container"
tell_whatis "Keywords: Python, MPI, mpi4py, cupy, ROCm"
tell_whatis "URL: https://mpi4py.readthedocs.io/"
tell_whatis "Documentation: https://mpi4py.readthedocs.io/en/stable/"
if {[module-info mode load] && [info exists ::env(MODULES_FAMILY_CTINSTALL_SOFTWARE)] && $::env(MODULES_FAMILY_CTINSTALL_SOFTWARE) ne ""} {
  refuse "a module of ctinstall is loaded already, $::env(MODULES_FAMILY_CTINSTALL_SOFTWARE), and one can be at a time: module switch $::env(MODULES_FAMILY_CTINSTALL_SOFTWARE) mpi4py/3.1.6-rocm-6.2.0"
}
conflict mpi4py
conflict singularity-bindings
conflict singularity-AI-bindings
if {[info commands family] ne ""} {
  family ctinstall_software
}

# The image: the copy of this install, or else the central one.
set image ""
foreach candidate [list /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif /appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif] {
  if {$image eq "" && [file isfile $candidate]} {
    set image $candidate
  }
}
if {$image eq "" && [module-info mode load]} {
  refuse "mpi4py/3.1.6-rocm-6.2.0: its image is gone. None of these is there:\n    /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif\n    /appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif\n  Install it again (ctinstall --rebuild mpi4py/3.1.6-rocm-6.2.0), or ask for the central image to be put back."
}
set_variable SIF $image
set_variable SIFMPI4PY $image

# Binds. Yours stay, and win where they name the same place in the container.
set binds [list]
set yours [list]
set taken [list]
set before "mpi4py/3.1.6-rocm-6.2.0: "
set behind " is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional."
find_users_binds
add_bind /pfs /pfs "" 0
add_bind /scratch /scratch "" 0
add_bind /projappl /projappl "" 0
add_bind /project /project "" 0
add_bind /flash /flash "" 0
add_bind /appl /appl "" 0
add_bind /opt/cray /opt/cray "" 0
add_bind /var/spool/slurmd /var/spool/slurmd "" 0
add_bind /usr/lib64/libcxi.so.1 /usr/lib64/libcxi.so.1 "" 0
add_bind /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts /runscripts ":ro" 1
set is_packed [file isfile /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software.squashfs]
if {$is_packed} {
  add_bind /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software.squashfs /user-software ":ro,image-src=/" 0
} else {
  add_bind /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software /user-software "" 0
}
set_binds

# The virtual environment: the one that you name, or else the easyconfig's.
set venv [value_of CTINSTALL_VENV]
if {$venv eq ""} {
  set venv mpi4py
} elseif {[module-info mode load] && ![is_venv /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software/venv $venv]} {
  refuse_value "mpi4py/3.1.6-rocm-6.2.0: CTINSTALL_VENV names a virtual environment that is not there: " $venv ". Unset it, or make one: ctinstall venv create mpi4py/3.1.6-rocm-6.2.0 --name <name>. Those that are there: ls /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software/venv"
}
set venv_place ""
set path /runscripts
if {$venv ne ""} {
  append venv_place /user-software/venv/ $venv
  append path : $venv_place /bin
}
add_users_path
# Inside of the container.
set_inside PREPEND_PATH $path
set_default PYTHONNOUSERSITE 1
set_default PIP_USER 0
set_inside WITH_CONDA "source /opt/miniconda3/bin/activate mpi4py"
set_inside VIRTUAL_ENV $venv_place [expr {$venv ne ""}]
set_inside PIP_PYTHON /runscripts/pip-when-packed $is_packed
# What pip installs into a directory that is kept is not in the squashfs.
if {[module-info mode load] && $is_packed && $venv ne ""} {
  foreach packages [glob -nocomplain -directory [file join /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software/venv $venv] lib/python*/site-packages] {
    if {[file mtime $packages] > [file mtime /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software.squashfs]} {
      puts stderr "mpi4py/3.1.6-rocm-6.2.0: the directory of your software has changed since it was packed, and the packed form is in use, without what came in. To pack it again: make-squashfs"
    }
  }
}

# Outside of the container.
set_variable CONTAINERROOT /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0
set_variable EBROOTMPI4PY /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0
set_variable EBVERSIONMPI4PY 3.1.6
set_variable RUNSCRIPTS /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts
set_variable RUNSCRIPTSMPI4PY /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/runscripts
prepend-path PATH /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/bin
