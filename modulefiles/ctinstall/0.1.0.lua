-- Makes ctinstall, and the modules that it installs for this user, available.
local root = myFileName():match("^(.*)/modulefiles/[^/]+/[^/]+$")

-- Where installs go, as the settings of the site and the user have it. An unload takes away what the load has added.
local paths = os.getenv("CTINSTALL_MODULE_PATH") or ""
if mode() ~= "unload" or paths == "" then
  paths = capture("'" .. root:gsub("'", "'\\''") .. "/bin/ctinstall-module-path'"):gsub("%s+$", ""):gsub("\n", ":")
end

help([[
ctinstall installs container images as modules, from one short YAML file:

  ctinstall mpi4py-3.1.6-rocm-6.2.0.yaml
  module load mpi4py/3.1.6-rocm-6.2.0

What is there to install: ctinstall search. Where it goes: ctinstall settings.
]])
whatis("Name: ctinstall")
whatis("Description: installs container images as environment modules")

prepend_path("PATH", pathJoin(root, "bin"))
-- An empty entry stands for the pages of the system.
append_path("MANPATH", "")
prepend_path("MANPATH", pathJoin(root, "man"))
setenv("CTINSTALL_MODULE_PATH", paths)
prepend_path("MODULEPATH", paths)
