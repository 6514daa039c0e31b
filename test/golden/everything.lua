-- C++-tools.x/1.0+b.2-gpu, written by ctinstall 1.2.3.
-- Do not edit: `ctinstall --rebuild` writes it again. Your own additions belong in a module that loads this one.
help("Description\n\n    First line of C++-tools.x, with ]] and \"quotes\".\n\n    Second paragraph: $HOME, `x`, \\n, 100%.\n\nUsage\n\n    Call it:\n        C++-tools.x \"x\"\n\nExamples\n\n    one ]] and `two`\n\nCiting\n\n    A. Author, 2025\n\nMore information\n\n    https://example.org/?a=1&b=\"2\"\n    https://one\n    https://two\n")
whatis("Name: C++-tools.x")
whatis("Version: 1.0+b.2-gpu")
whatis("Category: ai")
whatis("Description: quotes \" and \\ and [[brackets]]")
whatis("Keywords: a, b")
whatis("URL: https://example.org/?a=1&b=\"2\"")
whatis("Documentation: https://one")
whatis("Documentation: https://two")
conflict("C++-tools.x")
family("ctinstall_software")
family("gpu_tools")

local root = "/home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu"
-- Unloading gives each variable back what it had before.
local function set(variable, value) pushenv(variable, value or os.getenv(variable) or false) end
local function is_file(path) return lfs.attributes(path, "mode") == "file" end
local function on_load(is_so, say, message) if is_so and mode() == "load" then say(message) end end
-- Apptainer prefers names with APPTAINER, SingularityCE knows only SINGULARITY: both get the same.
local function set_both(rest, value) set("APPTAINER" .. rest, value); set("SINGULARITY" .. rest, value) end
local function given(rest) return ((os.getenv("APPTAINER" .. rest) or "") .. "\n" .. (os.getenv("SINGULARITY" .. rest) or "")):match("[^\n]+") end

-- The image: the copy of this install, or else the central one.
local image = root .. "/C++-tools.x it's $x.sif"
image = is_file(image) and image or "/central/C++-tools.x it's $x.sif"
image = is_file(image) and image or "/other images/C++-tools.x it's $x.sif"
on_load(not is_file(image), LmodError, "C++-tools.x/1.0+b.2-gpu: its image is gone. None of these is there:\n    /home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu/C++-tools.x it's $x.sif\n    /central/C++-tools.x it's $x.sif\n    /other images/C++-tools.x it's $x.sif\n  Install it again (ctinstall --rebuild C++-tools.x/1.0+b.2-gpu), or ask for the central image to be put back.")
set("SIF", image)
set("SIFCPLUSPLUSMINTOOLSX", image)

-- Binds. Yours stay, and win where they name the same place in the container.
local binds, yours, taken, is_kept = {}, "", {[""] = true}, false
for _, variable in ipairs({"APPTAINER_BIND", "SINGULARITY_BIND", "APPTAINER_BINDPATH", "SINGULARITY_BINDPATH"}) do
  local given = (os.getenv(variable) or ""):gsub("\\,", "\001"):gsub("\\:", "\002")
  for entry in given:gmatch("%s*([^,]+)") do
    if not (entry:match("^r[ow]%s*$") or entry:match("^image%-src=") or entry:match("^id=")) then
      local place = (entry:match("^[^:]*:%s*([^:]+)") or entry):gsub("/+", "/"):match("^(.-)/?%s*$")
      is_kept, taken[place] = not taken[place], true
    end
    if is_kept then yours = yours .. "," .. entry:gsub("\001", "\\,"):gsub("\002", "\\:") end
  end
end
local function bind(host, place, options, is_required)
  if taken[place] then return end
  local is_here = lfs.attributes(host, "mode")
  if is_here then binds[#binds + 1] = host .. ":" .. place .. options end
  on_load(is_required and not is_here, LmodError, "C++-tools.x/1.0+b.2-gpu: " .. host .. " is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.")
end
bind("/scratch", "/scratch", "")
bind("/read/only", "/ro", ":ro", true)
bind("/read/only/optional", "/o'p$t", ":ro")
bind("/required/with blank", "/required/with blank", "", true)
bind(root .. "/runscripts", "/runscripts", ":ro", true)
local is_packed = is_file(root .. "/user-software.squashfs")
bind(is_packed and root .. "/user-software.squashfs" or root .. "/user-software", "/user-software", is_packed and ":ro,image-src=/" or "")
set_both("_BIND", (table.concat(binds, ",") .. yours):match("^,?(.*)$"))
for _, runtime in ipairs({"APPTAINER", "SINGULARITY"}) do pushenv(runtime .. "_BINDPATH", false) end

-- Inside of the container. The virtual environment is the one that you name, or else the easyconfig's.
local named, venvs = os.getenv("CTINSTALL_VENV") or "", root .. "/user-software/venv/"
local is_whole = is_file(venvs .. named .. "/pyvenv.cfg") and not is_file(venvs .. "." .. named .. ".incomplete")
on_load(named ~= "" and not (named:match("^%w[%w._+-]*$") and (is_packed or is_whole)), LmodError, "C++-tools.x/1.0+b.2-gpu: CTINSTALL_VENV names a virtual environment that is not there: " .. named .. ". Unset it, or make one: ctinstall venv create C++-tools.x/1.0+b.2-gpu --name <name>. Those that are there: ls /home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu/user-software/venv")
local venv = named == "" and "torch-2.6" or named
local users, other = os.getenv("APPTAINERENV_PREPEND_PATH") or "", os.getenv("SINGULARITYENV_PREPEND_PATH") or ""
if other ~= users then users = (users .. ":" .. other):match("^:?(.-):?$") end
set_both("ENV_PREPEND_PATH", "/runscripts" .. (venv ~= "" and ":" .. "/user-software/venv/" .. venv .. "/bin" or "") .. ":/opt/bin" .. (users ~= "" and ":" .. users or ""))
set_both("ENV_PYTHONNOUSERSITE", given("ENV_PYTHONNOUSERSITE") or "1")
set_both("ENV_PIP_USER", given("ENV_PIP_USER") or "0")
set_both("ENV_WITH_CONDA", "source /opt/conda/bin/activate base")
set_both("ENV_INSIDE", "\\$PATH \\`id\\` \"x\" 'y' \\\\z")
set_both("ENV_EMPTY", "")
-- Around what you have set for the container, or else around what the image sets: the runtime puts that in.
local function extend(variable, value, before, behind)
  local yours = given("ENV_" .. variable) or ""
  if yours ~= "" then value = before .. yours .. behind end
  set_both("ENV_" .. variable, value)
end
extend("LD_LIBRARY_PATH", "/opt/\\$x:/opt/y${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}:/opt/z", "/opt/\\$x:/opt/y:", ":/opt/z")
extend("APPEND_PATH", "/opt/sbin", "", ":/opt/sbin")
extend("LAST", "${LAST:+$LAST:}/z", "", ":/z")
set_both("ENV_VIRTUAL_ENV", venv ~= "" and "/user-software/venv/" .. venv)
set_both("ENV_PIP_PYTHON", is_packed and "/runscripts/pip-when-packed")
-- What pip brings into a directory that is kept is not in the squashfs.
local has_more, lib, packed = false, venvs .. venv .. "/lib/", root .. "/user-software.squashfs"
local function look_for_more()
  for python in lfs.dir(lib) do
    has_more = has_more or (lfs.attributes(lib .. python .. "/site-packages", "modification") or 0) > lfs.attributes(packed, "modification")
  end
end
on_load(is_packed and pcall(look_for_more) and has_more, LmodMessage, "C++-tools.x/1.0+b.2-gpu: the directory of your software has changed since it was packed, and the packed form is in use, without what came in. To pack it again: make-squashfs")
-- GPUs: the runtime's flag where this node has the device. What you have set counts.
local function set_flag(rest, device) set_both(rest, given(rest) or lfs.attributes(device, "mode") and "1") end
set_flag("_NV", "/dev/nvidiactl")
set_flag("_ROCM", "/dev/kfd")

-- Outside of the container.
set("CONTAINERROOT", root)
set("EBROOTCPLUSPLUSMINTOOLSX", root)
set("EBVERSIONCPLUSPLUSMINTOOLSX", "1.0+b.2")
set("RUNSCRIPTS", root .. "/runscripts")
set("RUNSCRIPTSCPLUSPLUSMINTOOLSX", root .. "/runscripts")
set("PLAIN", "1")
set("TRICKY", "$HOME `id` \"x\" 'y' \\ /home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu")
prepend_path("PATH", root .. "/tools")
append_path("MANPATH", "/opt/man")
append_path("MANPATH", "/opt/more")
prepend_path("PATH", "/home/o'user/ct install/software/C++-tools.x/1.0+b.2-gpu/bin")

-- In your shell.
set_alias("go", "singularity exec $SIF \"$HOME/go\" $*")
set_shell_function("run-in", "eval 'it='\\''a}b'\\''; echo \"$@\"'", "")
set_shell_function("both", "eval 'echo \"$1\"'", "echo $1")
set_shell_function("easy", "eval 'singularity exec $SIF easy \"$@\"'", "singularity exec $SIF easy $*")
if mode() == "load" then
  LmodMessage("Read \"this\" first:\nhttps://one")
end
