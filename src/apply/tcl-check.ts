/*
 * The program that looks at a site's text in Tcl. It is evaluated as a modulefile would be, in a safe interpreter: commands
 * of modules do nothing there, and nor do those that would run programs, open files or end the shell. What a modulefile
 * cannot know is refused; faults that may come from the empty answers of such commands are not.
 */

/** Commands of modulefiles, in Environment Modules 5 or in Lmod's reader of Tcl, that do nothing here. */
const moduleCommands =
  'add-property always-load append-path chdir complete conflict depends-on depends-on-any extensions family getvariant haveDynamicMPATH hide-modulefile hide-version load-any module module-alias module-forbid module-help module-hide module-log module-tag module-trace module-version module-virtual module-warn module-whatis modulepath-label prepend-path prereq prereq-all prereq-any provide pushenv remove-path remove-property report reportWarning require-fullname set-alias set-function setenv source-sh system try-load uncomplete uname unset-alias unset-function unsetenv variant x-resource';
const hiddenCommands =
  'cd exec fconfigure flush glob load open close gets read eof seek tell pwd socket source unload puts';

const program = String.raw`
interp create -safe site
foreach name {MODULES HIDDEN} {
  interp alias site $name {} nothing
}
proc nothing {args} {}
proc answer_info {{what ""} {other ""} args} {
  if {$what eq "mode"} {
    return [expr {$other in {"" load} ? ($other eq "" ? "load" : 1) : 0}]
  }
  return ""
}
proc answer_file {what args} {
  if {$what in {dirname exists executable extension isdirectory isfile join normalize owned readable rootname split tail type writable}} {
    return [file $what {*}$args]
  }
}
proc answer_getenv {name {default ""}} {
  return [expr {[info exists ::env($name)] ? $::env($name) : $default}]
}
proc no {args} {
  return 0
}
proc stop {args} {
  return -code error -errorcode {CTINSTALL STOP} stopped
}
foreach {name answer} {
  module-info answer_info file answer_file getenv answer_getenv
  is-loaded no is-saved no is-used no is-avail no versioncmp no
  exit stop error stop reportError stop throw stop
} {
  catch {interp hide site $name}
  interp alias site $name {} $answer
}
interp eval site [list array set ::env [array get ::env]]
# A loop that waits for something goes no further.
interp limit site time -seconds [expr {[clock seconds] + 2}]

# The first fault of a text, as "line: what", or nothing.
proc fault_in {text} {
  set number 0
  set start 1
  set command ""
  foreach line [split $text \n] {
    incr number
    append command $line\n
    if {![info complete $command] || [regexp {(^|[^\\])(\\\\)*\\$} $line]} {
      continue
    }
    set code [catch {interp eval site $command} message options]
    if {$code in {2 3 4} || ($code == 1 && [dict get $options -errorcode] eq "CTINSTALL STOP")} {
      return ""
    }
    if {$code == 1 && ![may_be_ours [dict get $options -errorcode]]} {
      return "$start: $message"
    }
    set start [expr {$number + 1}]
    set command ""
  }
  if {[string trim $command] eq ""} {
    return ""
  }
  return "$start: a brace, bracket or quote is not closed"
}
proc may_be_ours {code} {
  foreach pattern {ARITH* POSIX* "TCL LOOKUP VARNAME*" "TCL LOOKUP CHANNEL*" "TCL LOOKUP INDEX*" "TCL READ VARNAME*" "TCL VALUE*" "TCL LIMIT*"} {
    if {[string match $pattern $code]} {
      return 1
    }
  }
  return 0
}
proc decode {text} {
  return [encoding convertfrom utf-8 [binary decode base64 $text]]
}
`;

/** What a piece of Tcl is: the site's text by its setting, or the rest of the modulefile, which is known to be right. */
export interface TclPiece {
  readonly name: string | undefined;
  readonly text: string;
}

/** Tcl that ends with 1 and says `name, line n: what` on stderr where one of the pieces with a name has a fault. */
export function renderTclCheck(pieces: readonly TclPiece[]): string {
  const checks = pieces.map(({ name, text }) => {
    const find = `fault_in [decode {${Buffer.from(text).toString('base64')}}]`;
    if (name === undefined) return `catch {${find}}`;
    return `set fault [${find}]; if {$fault ne ""} {puts stderr "${name}, line $fault"; exit 1}`;
  });
  return `${program.replace('MODULES', moduleCommands).replace('HIDDEN', hiddenCommands)}${checks.join('\n')}\nexit 0\n`;
}
