-- demo/1.0-x, written by ctinstall 1.2.3.
-- Do not edit: `ctinstall --rebuild` writes it anew. Your own additions belong in a module that loads this one.
help("")
whatis("Name: demo")
whatis("Version: 1.0-x")
whatis("Category: tools")
conflict("demo")
family("ctinstall_software")

-- Unloading gives back what was. What pushenv keeps for that is written here, since Lmod would keep the first
-- value that it ever saw, and garble some letters beyond ASCII.
local function keep(old, stack_name, below)
  if not pcall(require, "base64") then
    return
  end
  local base64 = require("base64")
  local top = "false"
  if old ~= "" then
    top = base64.encode64(old)
    if base64.decode64(top) ~= old then
      top = old:gsub("..?", base64.encode64)
      if base64.decode64(top) ~= old then
        return
      end
    end
  end
  setenv(stack_name, top .. below)
end
local function set_restorably(variable, value)
  local stack_name = "__LMOD_STACK_" .. variable
  local stack = os.getenv(stack_name)
  local old = mode() == "load" and os.getenv(variable) or ""
  if old == "" and not stack then
    setenv(variable, value)
    return
  end
  if mode() == "load" then
    keep(old, stack_name, stack and stack:match(":.*$") or "")
  end
  pushenv(variable, value)
end

-- The image: the copy of this install, or else the central one.
local image = nil
for _, candidate in ipairs({"/home/user/ctinstall/software/demo/1.0-x/demo.sif"}) do
  if image == nil and lfs.attributes(candidate, "mode") == "file" then
    image = candidate
  end
end
if image == nil and mode() == "load" then
  LmodError("demo/1.0-x: its image is gone. None of these is there:\n    /home/user/ctinstall/software/demo/1.0-x/demo.sif\n  Install it again (ctinstall --rebuild), or ask for the central image to be put back.")
end
set_restorably("SIF", image or "/home/user/ctinstall/software/demo/1.0-x/demo.sif")
set_restorably("SIFDEMO", image or "/home/user/ctinstall/software/demo/1.0-x/demo.sif")

local is_packed = lfs.attributes("/home/user/ctinstall/software/demo/1.0-x/user-software.squashfs", "mode") == "file" or false
-- Binds. Yours stay, and win where several name one place in the container (the runtimes warn of a second).
-- Apptainer takes APPTAINER_BIND for SINGULARITY_BIND; both get the same value, so that each runtime sees all.
local taken = {}
local function join(rest)
  local joined = ""
  for _, prefix in ipairs({"APPTAINER", "SINGULARITY"}) do
    local given = (os.getenv(prefix .. rest) or ""):gsub("\\,", "\001"):gsub("\\:", "\002")
    local is_kept = true
    for entry in given:gmatch("[^,]+") do
      local word = entry:match("^%s*(.-)%s*$")
      if not (word == "ro" or word == "rw" or word:match("^image%-src=") or word:match("^id=")) then
        local place = (word:match("^[^:]*:([^:]+)") or word):gsub("/+", "/"):match("^%s*(.-)/?%s*$")
        is_kept = word ~= "" and not taken[place]
        taken[place] = true
      end
      if is_kept then
        if joined ~= "" then
          joined = joined .. ","
        end
        joined = joined .. entry
      end
    end
  end
  joined = joined:gsub("\002", "\\:"):gsub("\001", "\\,")
  return joined
end
local users = join("_BIND")
local users_paths = join("_BINDPATH")
local binds = ""
local function bind(host, container, options, required)
  if taken[container] then
    return
  end
  if lfs.attributes(host, "mode") == nil then
    if required and mode() == "load" then
      LmodError("demo/1.0-x: " .. host .. " is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.")
    end
    return
  end
  if binds ~= "" then
    binds = binds .. ","
  end
  binds = binds .. host .. ":" .. container .. options
end
bind("/home/user/ctinstall/software/demo/1.0-x/runscripts", "/runscripts", ":ro", true)
-- Your software: packed if it is packed, else the directory.
if is_packed then
  bind("/home/user/ctinstall/software/demo/1.0-x/user-software.squashfs", "/user-software", ":ro,image-src=/", false)
else
  bind("/home/user/ctinstall/software/demo/1.0-x/user-software", "/user-software", "", false)
end
if binds == "" then
  binds = users
else
  if users ~= "" then
    binds = binds .. "," .. users
  end
end
set_restorably("SINGULARITY_BIND", binds)
set_restorably("APPTAINER_BIND", binds)
-- Apptainer has something to say where SINGULARITY_BINDPATH stands alone, or the two differ.
local is_set = users_paths ~= ""
for _, variable in ipairs({"SINGULARITY_BINDPATH", "APPTAINER_BINDPATH"}) do
  local mark = "__CTINSTALL_HAS_SET_" .. variable
  local is_ours = os.getenv(mark)
  if not (mode() == "unload") then
    is_set = is_set or os.getenv(variable)
    is_ours = is_set and os.getenv(variable) ~= users_paths
  end
  if is_ours then
    setenv(mark, "yes")
    set_restorably(variable, users_paths)
  end
end

-- The virtual environment: the one that you name, or else that of the easyconfig.
local venv = os.getenv("CTINSTALL_VENV") or ""
if venv == "" then
  venv = ""
else
  if mode() == "load" then
    if not venv:match("^%w[%w._+-]*$") then
      LmodError("demo/1.0-x: CTINSTALL_VENV must be the name of a virtual environment: letters, digits and . _ + -")
    end
    if not is_packed and (lfs.attributes("/home/user/ctinstall/software/demo/1.0-x/user-software/venv" .. "/" .. venv, "mode") ~= "directory" or lfs.attributes("/home/user/ctinstall/software/demo/1.0-x/user-software/venv" .. "/." .. venv .. ".incomplete", "mode") == "file") then
      local there = {}
      if lfs.attributes("/home/user/ctinstall/software/demo/1.0-x/user-software/venv", "mode") == "directory" then
        for entry in lfs.dir("/home/user/ctinstall/software/demo/1.0-x/user-software/venv") do
          if entry:match("^%w") and lfs.attributes("/home/user/ctinstall/software/demo/1.0-x/user-software/venv" .. "/" .. entry .. "/pyvenv.cfg", "mode") == "file" and not (lfs.attributes("/home/user/ctinstall/software/demo/1.0-x/user-software/venv" .. "/." .. entry .. ".incomplete", "mode") == "file") then
            table.insert(there, entry)
          end
        end
      end
      table.sort(there)
      LmodError("demo/1.0-x: CTINSTALL_VENV names a virtual environment that is not there: " .. venv .. ". Unset it, or make one: ctinstall venv create demo/1.0-x --name <name>. There are: " .. table.concat(there, ", "))
    end
  end
end
-- Inside the container. Apptainer reads APPTAINERENV_ first and warns where the two differ.
local seen = ""
local path = "/runscripts"
if venv ~= "" then
  path = path .. ":" .. "/user-software/venv/" .. venv .. "/bin"
end
for _, users in ipairs({
  os.getenv("APPTAINERENV_PREPEND_PATH") or "",
  os.getenv("SINGULARITYENV_PREPEND_PATH") or "",
}) do
  if users ~= "" and users ~= seen then
    path = path .. ":" .. users
    seen = users
  end
end
set_restorably("SINGULARITYENV_PREPEND_PATH", path)
set_restorably("APPTAINERENV_PREPEND_PATH", path)
local function set_where(is_wanted, variable, value)
  local mark = "__CTINSTALL_HAS_SET_" .. variable
  if mode() == "unload" then
    is_wanted = (os.getenv(mark) or "") ~= ""
  end
  if is_wanted then
    setenv(mark, "yes")
    for _, prefix in ipairs({"SINGULARITYENV_", "APPTAINERENV_"}) do
      set_restorably(prefix .. variable, value)
    end
  end
end
set_where(venv ~= "", "VIRTUAL_ENV", "/user-software/venv/" .. venv)
set_where(is_packed, "PIP_USER", "0")
set_where(is_packed, "PIP_PYTHON", "/runscripts/pip-when-packed")

set_restorably("CONTAINERROOT", "/home/user/ctinstall/software/demo/1.0-x")
set_restorably("EBROOTDEMO", "/home/user/ctinstall/software/demo/1.0-x")
set_restorably("EBVERSIONDEMO", "1.0")
set_restorably("RUNSCRIPTS", "/home/user/ctinstall/software/demo/1.0-x/runscripts")
set_restorably("RUNSCRIPTSDEMO", "/home/user/ctinstall/software/demo/1.0-x/runscripts")
prepend_path("PATH", "/home/user/ctinstall/software/demo/1.0-x/bin")
