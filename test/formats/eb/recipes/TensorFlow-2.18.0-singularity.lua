help([==[

Description
===========
TensorFlow 2.18.0, with more packages


More information
================
 - Homepage: https://www.tensorflow.org/
]==])

whatis([==[Description: TensorFlow]==])

local root = "@ROOT@"

conflict("TensorFlow")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTTENSORFLOW", root)
setenv("EBVERSIONTENSORFLOW", "2.18.0")
setenv("EBDEVELTENSORFLOW", pathJoin(root, "easybuild/TensorFlow-2.18.0-singularity-easybuild-devel"))

setenv("CONTAINERROOT", [==[@ROOT@]==])
setenv("SINGULARITYENV_PREPEND_PATH", [==[/runscripts:/opt/tools/bin:/user-software/venv/tensorflow/bin]==])
setenv("SINGULARITYENV_APPEND_PATH", [==[/opt/late/bin]==])
setenv("SINGULARITYENV_VIRTUAL_ENV", [==[/user-software/venv/tensorflow]==])

create_container_vars( 'tensorflow-2.18.0.sif', 'TensorFlow', '@ROOT@', '/scratch,/project' )


-- Built with EasyBuild version 4.9.4
