-- mpi4py/3.1.6-rocm-6.2.0, written by ctinstall 1.2.3.
-- Do not edit: `ctinstall --rebuild` writes it again. Your own additions belong in a module that loads this one.
help("Description\n\n    mpi4py 3.1.6 and cupy for AMD GPUs on ROCm 6.2.0, with Python 3.12, in a\n    container.\n\n    Run Python in it with\n        srun singularity exec $SIF conda-python-simple script.py\n    or open a shell in it with\n        start-shell\n    Packages that you add with pip go into a virtual environment in\n    $CONTAINERROOT/user-software. `ctinstall squashfs` (or make-squashfs) packs it\n    into one file, which loads faster and is easy on your file quota.\n\nMore information\n\n    https://mpi4py.readthedocs.io/\n    https://mpi4py.readthedocs.io/en/stable/\n")
whatis("Name: mpi4py")
whatis("Version: 3.1.6-rocm-6.2.0")
whatis("Category: devel")
whatis("Description: MPI for Python and cupy on ROCm 6.2.0, in a container")
whatis("Keywords: Python, MPI, mpi4py, cupy, ROCm")
whatis("URL: https://mpi4py.readthedocs.io/")
whatis("Documentation: https://mpi4py.readthedocs.io/en/stable/")
conflict("mpi4py", "singularity-bindings", "singularity-AI-bindings")
family("ctinstall_software")

local root = "/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0"
-- Unloading gives each variable back what it had before.
local function set(variable, value) pushenv(variable, value or os.getenv(variable) or false) end
local function is_file(path) return lfs.attributes(path, "mode") == "file" end
local function on_load(is_so, say, message) if is_so and mode() == "load" then say(message) end end
-- Apptainer prefers names with APPTAINER, SingularityCE knows only SINGULARITY: both get the same.
local function set_both(rest, value) set("APPTAINER" .. rest, value); set("SINGULARITY" .. rest, value) end
local function given(rest) return ((os.getenv("APPTAINER" .. rest) or "") .. "\n" .. (os.getenv("SINGULARITY" .. rest) or "")):match("[^\n]+") end

-- The image: the copy of this install, or else the central one.
local image = root .. "/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif"
image = is_file(image) and image or "/appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif"
on_load(not is_file(image), LmodError, "mpi4py/3.1.6-rocm-6.2.0: its image is gone. None of these is there:\n    /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif\n    /appl/local/containers/easybuild-sif-images/lumi-mpi4py-rocm-6.2.0-python-3.12-mpi4py-3.1.6-dockerhash-f049c8bd4669.sif\n  Install it again (ctinstall --rebuild mpi4py/3.1.6-rocm-6.2.0), or ask for the central image to be put back.")
set("SIF", image)
set("SIFMPI4PY", image)

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
  on_load(is_required and not is_here, LmodError, "mpi4py/3.1.6-rocm-6.2.0: " .. host .. " is not on this node, or not for you to see, but the software needs it bound in the container. Try another node. If none has it, its easyconfig (or the settings, for a group of the site) must make it optional.")
end
for _, path in ipairs({
  "/pfs", "/scratch", "/projappl", "/project", "/flash", "/appl", "/opt/cray",
  "/var/spool/slurmd", "/usr/lib64/libcxi.so.1",
}) do
  bind(path, path, "")
end
bind(root .. "/runscripts", "/runscripts", ":ro", true)
local is_packed = is_file(root .. "/user-software.squashfs")
bind(is_packed and root .. "/user-software.squashfs" or root .. "/user-software", "/user-software", is_packed and ":ro,image-src=/" or "")
set_both("_BIND", (table.concat(binds, ",") .. yours):match("^,?(.*)$"))
for _, runtime in ipairs({"APPTAINER", "SINGULARITY"}) do pushenv(runtime .. "_BINDPATH", false) end

-- Inside of the container. The virtual environment is the one that you name, or else the easyconfig's.
local named, venvs = os.getenv("CTINSTALL_VENV") or "", root .. "/user-software/venv/"
local is_whole = is_file(venvs .. named .. "/pyvenv.cfg") and not is_file(venvs .. "." .. named .. ".incomplete")
on_load(named ~= "" and not (named:match("^%w[%w._+-]*$") and (is_packed or is_whole)), LmodError, "mpi4py/3.1.6-rocm-6.2.0: CTINSTALL_VENV names a virtual environment that is not there: " .. named .. ". Unset it, or make one: ctinstall venv create mpi4py/3.1.6-rocm-6.2.0 --name <name>. Those that are there: ls /home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/user-software/venv")
local venv = named == "" and "mpi4py" or named
local users, other = os.getenv("APPTAINERENV_PREPEND_PATH") or "", os.getenv("SINGULARITYENV_PREPEND_PATH") or ""
if other ~= users then users = (users .. ":" .. other):match("^:?(.-):?$") end
set_both("ENV_PREPEND_PATH", "/runscripts" .. (venv ~= "" and ":" .. "/user-software/venv/" .. venv .. "/bin" or "") .. (users ~= "" and ":" .. users or ""))
set_both("ENV_PYTHONNOUSERSITE", given("ENV_PYTHONNOUSERSITE") or "1")
set_both("ENV_PIP_USER", given("ENV_PIP_USER") or "0")
set_both("ENV_WITH_CONDA", "source /opt/miniconda3/bin/activate mpi4py")
set_both("ENV_VIRTUAL_ENV", venv ~= "" and "/user-software/venv/" .. venv)
set_both("ENV_PIP_PYTHON", is_packed and "/runscripts/pip-when-packed")
-- What pip brings into a directory that is kept is not in the squashfs.
local has_more, lib, packed = false, venvs .. venv .. "/lib/", root .. "/user-software.squashfs"
local function look_for_more()
  for python in lfs.dir(lib) do
    has_more = has_more or (lfs.attributes(lib .. python .. "/site-packages", "modification") or 0) > lfs.attributes(packed, "modification")
  end
end
on_load(is_packed and pcall(look_for_more) and has_more, LmodMessage, "mpi4py/3.1.6-rocm-6.2.0: the directory of your software has changed since it was packed, and the packed form is in use, without what came in. To pack it again: make-squashfs")

-- Outside of the container.
set("CONTAINERROOT", root)
set("EBROOTMPI4PY", root)
set("EBVERSIONMPI4PY", "3.1.6")
set("RUNSCRIPTS", root .. "/runscripts")
set("RUNSCRIPTSMPI4PY", root .. "/runscripts")
prepend_path("PATH", "/home/user/ctinstall/software/mpi4py/3.1.6-rocm-6.2.0/bin")
