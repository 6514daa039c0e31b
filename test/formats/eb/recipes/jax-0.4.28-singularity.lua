help([==[

Description
===========
JAX, in a container


More information
================
 - Homepage: https://docs.jax.dev/en/latest/
]==])

whatis([==[Description: jax]==])
whatis([==[Keywords: jax, XLA]==])

local root = "@ROOT@"

conflict("jax")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTJAX", root)
setenv("EBVERSIONJAX", "0.4.28")
setenv("EBDEVELJAX", pathJoin(root, "easybuild/jax-0.4.28-singularity-easybuild-devel"))

setenv("XLA_FLAGS", [==[--xla_gpu_autotune_level=2]==])
setenv("SINGULARITYENV_XLA_PYTHON_CLIENT_PREALLOCATE", [==[false]==])
create_container_vars("jax-0.4.28-gpu.sif", "jax", "@ROOT@", "/flash,/scratch,/opt/x:/opt/y")

-- Built with EasyBuild version 4.9.4
