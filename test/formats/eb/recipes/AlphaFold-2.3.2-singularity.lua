help([==[

Description
===========
Predicts the structure of proteins.


More information
================
 - Homepage: https://github.com/google-deepmind/alphafold
]==])

whatis([==[Description: Predicts the structure of proteins]==])

local root = "@ROOT@"

conflict("AlphaFold")

prepend_path("CMAKE_PREFIX_PATH", root)
prepend_path("PATH", pathJoin(root, "bin"))
setenv("EBROOTALPHAFOLD", root)
setenv("EBVERSIONALPHAFOLD", "2.3.2")
setenv("EBDEVELALPHAFOLD", pathJoin(root, "easybuild/AlphaFold-2.3.2-singularity-easybuild-devel"))

setenv("ALPHAFOLD_DATA_DIR", [==[/appl/data/alphafold]==])
setenv("SINGULARITYENV_TF_FORCE_UNIFIED_MEMORY", [==[1]==])
setenv("SINGULARITYENV_XLA_PYTHON_CLIENT_MEM_FRACTION", [==[4.0]==])

create_container_vars( 'alphafold_2_3_2.sif', 'AlphaFold', '@ROOT@', '/appl/data,/appl/models.squashfs:/opt/models:image-src=/' )


-- Built with EasyBuild version 4.9.4
