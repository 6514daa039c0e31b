help([==[

Description
===========
JupyterLab


More information
================
 - Homepage: https://jupyter.org
]==])

whatis([==[Description: JupyterLab]==])
whatis([==[Homepage: https://jupyter.org]==])
whatis([==[URL: https://jupyter.org]==])

local root = "@ROOT@"

conflict("jupyter")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTJUPYTER", root)
setenv("EBVERSIONJUPYTER", "4.3")
setenv("EBDEVELJUPYTER", pathJoin(root, "easybuild/jupyter-4.3-singularity-easybuild-devel"))

setenv("JUPYTER_CONFIG_DIR", [==[@ROOT@/etc]==])
setenv("RUNSCRIPTS", [==[@ROOT@/runscripts]==])

-- A comment: setenv("NOT", "set")
--[[ setenv("NOT_EITHER", "set")
]]
local sif = 'jupyter-4.3.sif'
create_container_vars(sif, 'jupyter', '@ROOT@', '/scratch')
setenv("JUPYTER_HOME", pathJoin('@ROOT@', "etc") .. "/x")
append_path("JUPYTER_PATH", "/opt/jupyter/share")


-- Built with EasyBuild version 4.9.4
