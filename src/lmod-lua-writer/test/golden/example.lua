-- mpi4py 3.1.6
-- written by a test: do not edit

help("Runs \"mpi4py\" in a container.\n\n  $SIF\tthe image\n  ]] is only text, and so is `id`\n")
whatis("Name: mpi4py")
whatis("Description: MPI for Python, \"gebündelt\"")
conflict("mpi4py", "cray-python")
family("containers")

local function firstFile(candidates)
  for _, path in ipairs(candidates) do
    if lfs.attributes(path, "mode") == "file" then
      return path
    end
  end
  return nil
end

local image = firstFile({"/no such/image.sif", "/etc/passwd"})
if mode() == "load" and not image then
  LmodError("no image: neither the copy nor the central one is there")
end

setenv("SIF", image or "")
-- optional binds
local binds = {"/etc", "/no such directory"}
local bind = ""
for _, path in ipairs(binds) do
  if lfs.attributes(path, "mode") == "directory" then
    bind = bind .. "," .. path
  end
end
for option in (os.getenv("EXTRA") or ""):gmatch("[^,]+") do
  if option:sub(1, 1) == "-" then
    -- left out
  elseif option ~= "none" then
    table.insert(binds, option)
  else
    if mode() == "load" then
      LmodWarning("\"none\" is no bind")
    end
  end
end
pushenv("SINGULARITY_BIND", bind:sub(2) .. (binds[3] or ""))
prepend_path("PATH", "/opt/ctinstall test/bin")
prepend_path("APPTAINER_BIND", "/scratch:/scratch:ro,/pfs", ",")
setenv("GREETING", "é \"quoted\" $HOME `id` \\ \t end ")
if mode() == "spider" then
  load("never")
  depends_on("never/1.0")
end
