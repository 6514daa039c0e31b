-- bindings/1, written by ctinstall 1.2.3.
-- Do not edit: `ctinstall --rebuild` writes it again. Your own additions belong in a module that loads this one.
help("")
whatis("Name: bindings")
whatis("Version: 1")
whatis("Category: tools")
conflict("bindings")
family("ctinstall_software")
family("containerbindings")

local root = "/home/user/ctinstall/software/bindings/1"
-- Unloading gives each variable back what it had before.
local function set(variable, value) pushenv(variable, value or os.getenv(variable) or false) end
local function on_load(is_so, say, message) if is_so and mode() == "load" then say(message) end end
-- Apptainer prefers names with APPTAINER, SingularityCE knows only SINGULARITY: both get the same.
local function set_both(rest, value) set("APPTAINER" .. rest, value); set("SINGULARITY" .. rest, value) end
local function given(rest) return ((os.getenv("APPTAINER" .. rest) or "") .. "\n" .. (os.getenv("SINGULARITY" .. rest) or "")):match("[^\n]+") end

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
  on_load(is_required and not is_here, LmodError, "bindings/1: " .. host .. " is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.")
end
bind("/scratch", "/scratch", "")
bind("/x.squashfs", "/opt/x", ":ro,image-src=/", true)
set_both("_BIND", (table.concat(binds, ",") .. yours):match("^,?(.*)$"))
for _, runtime in ipairs({"APPTAINER", "SINGULARITY"}) do pushenv(runtime .. "_BINDPATH", false) end

-- Inside of the container.
set_both("ENV_INSIDE", "1")
-- Around what you have set for the container, or else around what the image sets: the runtime puts that in.
local function extend(variable, value, before, behind)
  local yours = given("ENV_" .. variable) or ""
  if yours ~= "" then value = before .. yours .. behind end
  set_both("ENV_" .. variable, value)
end
extend("LD_LIBRARY_PATH", "/opt/x/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}", "/opt/x/lib:", "")

-- Outside of the container.
set("EBROOTBINDINGS", root)
set("EBVERSIONBINDINGS", "1")
