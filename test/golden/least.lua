-- demo/1.0-x, written by ctinstall 1.2.3.
-- Do not edit: `ctinstall --rebuild` writes it again. Your own additions belong in a module that loads this one.
help("")
whatis("Name: demo")
whatis("Version: 1.0-x")
whatis("Category: tools")
conflict("demo")
family("ctinstall_software")

local root = "/home/user/ctinstall/software/demo/1.0-x"
-- Unloading gives each variable back what it had before.
local function set(variable, value) pushenv(variable, value or os.getenv(variable) or false) end
local function is_file(path) return lfs.attributes(path, "mode") == "file" end
local function on_load(is_so, say, message) if is_so and mode() == "load" then say(message) end end
-- Apptainer prefers names with APPTAINER, SingularityCE knows only SINGULARITY: both get the same.
local function set_both(rest, value) set("APPTAINER" .. rest, value); set("SINGULARITY" .. rest, value) end
local function given(rest) return ((os.getenv("APPTAINER" .. rest) or "") .. "\n" .. (os.getenv("SINGULARITY" .. rest) or "")):match("[^\n]+") end

-- The image: the copy of this install, or else the central one.
local image = root .. "/demo.sif"
on_load(not is_file(image), LmodError, "demo/1.0-x: its image is gone. None of these is there:\n    /home/user/ctinstall/software/demo/1.0-x/demo.sif\n  Install it again (ctinstall --rebuild demo/1.0-x), or ask for the central image to be put back.")
set("SIF", image)
set("SIFDEMO", image)

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
  on_load(is_required and not is_here, LmodError, "demo/1.0-x: " .. host .. " is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.")
end
bind(root .. "/runscripts", "/runscripts", ":ro", true)
local is_packed = is_file(root .. "/user-software.squashfs")
bind(is_packed and root .. "/user-software.squashfs" or root .. "/user-software", "/user-software", is_packed and ":ro,image-src=/" or "")
set_both("_BIND", (table.concat(binds, ",") .. yours):match("^,?(.*)$"))
for _, runtime in ipairs({"APPTAINER", "SINGULARITY"}) do pushenv(runtime .. "_BINDPATH", false) end

-- Inside of the container. The virtual environment is the one that you name, if there are any.
local venvs = root .. "/user-software/venv/"
local venv = (is_packed or lfs.attributes(venvs, "mode")) and os.getenv("CTINSTALL_VENV") or ""
local is_whole = is_file(venvs .. venv .. "/pyvenv.cfg") and not is_file(venvs .. "." .. venv .. ".incomplete")
on_load(venv ~= "" and not (venv:match("^%w[%w._+-]*$") and (is_packed or is_whole)), LmodError, "demo/1.0-x: CTINSTALL_VENV names a virtual environment that is not there: " .. venv .. ". Unset it, or make one: ctinstall venv create demo/1.0-x --name <name>. Those that are there: ls /home/user/ctinstall/software/demo/1.0-x/user-software/venv")
local users, other = os.getenv("APPTAINERENV_PREPEND_PATH") or "", os.getenv("SINGULARITYENV_PREPEND_PATH") or ""
if other ~= users then users = (users .. ":" .. other):match("^:?(.-):?$") end
set_both("ENV_PREPEND_PATH", "/runscripts" .. (venv ~= "" and ":" .. "/user-software/venv/" .. venv .. "/bin" or "") .. (users ~= "" and ":" .. users or ""))
set_both("ENV_PYTHONNOUSERSITE", given("ENV_PYTHONNOUSERSITE") or "1")
set_both("ENV_PIP_USER", given("ENV_PIP_USER") or "0")
set_both("ENV_VIRTUAL_ENV", venv ~= "" and "/user-software/venv/" .. venv)
set_both("ENV_PIP_PYTHON", is_packed and "/runscripts/pip-when-packed")
-- What pip brings into a directory that is kept is not in the squashfs.
local has_more, lib, packed = false, venvs .. venv .. "/lib/", root .. "/user-software.squashfs"
local function look_for_more()
  for python in lfs.dir(lib) do
    has_more = has_more or (lfs.attributes(lib .. python .. "/site-packages", "modification") or 0) > lfs.attributes(packed, "modification")
  end
end
on_load(is_packed and pcall(look_for_more) and has_more, LmodMessage, "demo/1.0-x: the directory of your software has changed since it was packed, and the packed form is in use, without what came in. To pack it again: make-squashfs")
-- GPUs: the runtime's flag where this node has the device. What you have set counts.
local function set_flag(rest, device) set_both(rest, given(rest) or lfs.attributes(device, "mode") and "1") end
set_flag("_NV", "/dev/nvidiactl")
set_flag("_ROCM", "/dev/kfd")

-- Outside of the container.
set("CONTAINERROOT", root)
set("EBROOTDEMO", root)
set("EBVERSIONDEMO", "1.0")
set("RUNSCRIPTS", root .. "/runscripts")
set("RUNSCRIPTSDEMO", root .. "/runscripts")
prepend_path("PATH", "/home/user/ctinstall/software/demo/1.0-x/bin")
