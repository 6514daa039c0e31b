/*
 * What of the host's environment reaches a container: the one table. Wrappers do it all, a module as much of it as one can do.
 * docs/container-environment.md shows it, and a test holds that it does. An exact name counts before a pattern.
 */

export interface ContainerEnvRow {
  /** Names of variables; `*` stands for any characters. */
  readonly names: readonly string[];
  /**
   * `pass`: as it is on the host; `drop`: not at all; `set`: `value` in its place; `path`: the path is bound to the same place
   * where it is there and not seen inside already, else the variable has `value`, or is dropped where there is none; `locale`:
   * as it is where the image has that locale, else `value`; `runtime`: for the container runtime to decide.
   */
  readonly verdict: 'pass' | 'drop' | 'set' | 'path' | 'locale' | 'runtime';
  readonly value?: string;
  /** Of `path`: programs make it where it is not there, so that the nearest directory above it is bound. */
  readonly isMade?: true;
  readonly what: string;
  readonly why: string;
}

export const containerEnvTable: readonly ContainerEnvRow[] = [
  {
    names: ['SLURM_*', 'SLURMD_*', 'SRUN_*', 'SBATCH_*', 'PBS_*', 'LSB_*', 'FLUX_*', 'PALS_*'],
    verdict: 'pass',
    what: 'schedulers',
    why: 'a program asks them for its part of the job',
  },
  {
    names: ['PMI*', 'PMIX_*', 'MPI*', 'OMPI_*', 'PRTE_*', 'MPICH_*', 'MV2_*', 'I_MPI_*', 'HYDRA_*', 'HYDI_*'],
    verdict: 'pass',
    what: 'MPI and its start',
    why: 'ranks find each other by them',
  },
  {
    names: ['FI_*', 'UCX_*', 'NCCL_*', 'RCCL_*', 'CXI_*'],
    verdict: 'pass',
    what: 'interconnect',
    why: 'they choose the network of this machine',
  },
  {
    names: ['OMP_*', 'KMP_*', 'GOMP_*', 'MKL_*', 'OPENBLAS_*', 'JULIA_NUM_THREADS', '*_VISIBLE_DEVICES'],
    verdict: 'pass',
    what: 'threads and devices',
    why: 'they divide a node among its tasks',
  },
  {
    names: ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
      name,
      name.toUpperCase(),
    ]),
    verdict: 'pass',
    what: 'proxies',
    why: 'compute nodes reach the network through them',
  },
  {
    names: [
      'PYTHONUNBUFFERED',
      'PYTHONDONTWRITEBYTECODE',
      'PYTHONFAULTHANDLER',
      'PYTHONHASHSEED',
      'PYTHONWARNINGS',
      'PYTHONDEVMODE',
      'PYTHONTRACEMALLOC',
      'PYTHONIOENCODING',
      'PYTHONUTF8',
      'PYTHON_GIL',
      'PYTHON_CPU_COUNT',
    ],
    verdict: 'pass',
    what: 'how Python runs',
    why: 'they name nothing of the host, and mean the same in every Python',
  },
  {
    names: ['PYTHONNOUSERSITE'],
    verdict: 'set',
    value: '1',
    what: '`~/.local` of Python',
    why: "packages there are the host's: they would hide those of the image, and pip would take them for installed",
  },
  {
    names: ['PIP_USER'],
    verdict: 'set',
    value: '0',
    what: '`user` of pip, in a variable or `pip.conf`',
    why: 'what is installed belongs in the virtual environment, not in `~/.local`',
  },
  {
    names: ['PYTHON*', 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', '__PYVENV_LAUNCHER__', 'PYENV_ROOT', 'PYENV_VERSION'],
    verdict: 'drop',
    what: "the host's Python",
    why: 'paths and start-up files of another Python; `VIRTUAL_ENV` passes where it was made on top of the install',
  },
  {
    names: [
      ...['PIP_TARGET', 'PIP_PREFIX', 'PIP_ROOT', 'PIP_PYTHON', 'PIP_CONFIG_FILE'],
      ...['UV_PYTHON', 'UV_SYSTEM_PYTHON', 'UV_PROJECT_ENVIRONMENT', 'UV_CONFIG_FILE', 'UV_TARGET'],
    ],
    verdict: 'drop',
    what: 'where pip and uv install',
    why: 'they lead past the virtual environment; indexes and certificates pass',
  },
  {
    names: ['CONDA_*', '_CONDA_EXE', '_CONDA_ROOT', '_CE_CONDA', '_CE_M', 'MAMBA_EXE', 'MAMBA_ROOT_PREFIX'],
    verdict: 'drop',
    what: "the host's conda",
    why: 'the container would take an environment of the host for its own',
  },
  {
    names: [
      ...['PERL5LIB', 'PERLLIB', 'PERL5OPT', 'PERL_LOCAL_LIB_ROOT', 'PERL_MB_OPT', 'PERL_MM_OPT', 'R_HOME'],
      ...['R_LIBS', 'R_LIBS_USER', 'R_LIBS_SITE', 'R_PROFILE', 'R_PROFILE_USER', 'R_ENVIRON', 'R_ENVIRON_USER'],
      ...['JULIA_*', 'GEM_HOME', 'GEM_PATH', 'RUBYLIB', 'RUBYOPT', 'BUNDLE_PATH', 'BUNDLE_GEMFILE', 'NODE_PATH'],
      ...['NPM_CONFIG_PREFIX', 'NPM_CONFIG_USERCONFIG', 'LUA_PATH', 'LUA_CPATH', 'TCLLIBPATH', 'GOROOT', 'GOPATH'],
      ...['GOBIN', 'CARGO_HOME', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'JAVA_HOME', 'JDK_HOME', 'JRE_HOME', 'CLASSPATH'],
    ],
    verdict: 'drop',
    what: "the host's Perl, R, Julia, Ruby, Node.js, Lua, Tcl, Go, Rust and Java",
    why: 'their packages and homes are for programs of the host',
  },
  {
    names: ['LD_PRELOAD', 'LD_AUDIT', 'LD_DEBUG', 'LD_RUN_PATH', 'LD_ORIGIN_PATH'],
    verdict: 'drop',
    what: 'the loader',
    why: 'libraries of the host are missing inside, or made for another libc',
  },
  {
    names: [
      ...['CC', 'CXX', 'CPP', 'FC', 'F77', 'F90', 'F95', 'LD', 'AR', 'AS', 'NM', 'RANLIB', 'STRIP', 'NVCC'],
      ...['MPICC', 'MPICXX', 'MPIFC', 'MPIF77', 'MPIF90', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'FCFLAGS', 'FFLAGS'],
      ...['F90FLAGS', 'LDFLAGS', 'LIBS', 'CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'OBJC_INCLUDE_PATH'],
      ...['LIBRARY_PATH', 'COMPILER_PATH', 'GCC_EXEC_PREFIX', 'PKG_CONFIG', 'PKG_CONFIG_PATH', 'PKG_CONFIG_LIBDIR'],
      ...[
        'PKG_CONFIG_SYSROOT_DIR',
        'CMAKE_PREFIX_PATH',
        'CMAKE_INCLUDE_PATH',
        'CMAKE_LIBRARY_PATH',
        'CMAKE_PROGRAM_PATH',
      ],
      ...['CMAKE_MODULE_PATH', 'CMAKE_TOOLCHAIN_FILE', 'ACLOCAL_PATH'],
      ...['CUDA_HOME', 'CUDA_PATH', 'CUDA_ROOT', 'ROCM_PATH', 'HIP_PATH', 'MKLROOT'],
    ],
    verdict: 'drop',
    what: 'compilers, their flags and where libraries are',
    why: 'they name compilers and directories of the host',
  },
  {
    names: [
      ...['PROJ_LIB', 'PROJ_DATA', 'GDAL_DATA', 'GDAL_DRIVER_PATH', 'QT_PLUGIN_PATH', 'QT_QPA_PLATFORM_PLUGIN_PATH'],
      ...['GTK_PATH', 'GTK_MODULES', 'GIO_MODULE_DIR', 'GIO_EXTRA_MODULES', 'GSETTINGS_SCHEMA_DIR', 'GIT_EXEC_PATH'],
      ...['LESSOPEN', 'LESSCLOSE'],
    ],
    verdict: 'drop',
    what: 'data and plug-ins of single libraries and programs',
    why: 'they are for the versions that the host has',
  },
  {
    names: ['BASH_ENV', 'ENV', 'ZDOTDIR', 'BASH_FUNC_*'],
    verdict: 'drop',
    what: "start-up files of shells, and functions that the host's shell exports, such as `module`",
    why: 'they call programs that are not inside',
  },
  {
    names: ['LANG', 'LC_*'],
    verdict: 'locale',
    value: 'C.UTF-8',
    what: 'the locale',
    why: 'shells, Perl and others complain of one that the image lacks, at each start',
  },
  {
    names: ['TMPDIR', 'TMP', 'TEMP', 'TEMPDIR'],
    verdict: 'path',
    value: '/tmp',
    what: 'directory for temporary files',
    why: 'nothing works without one',
  },
  {
    names: [...['XDG_RUNTIME_DIR', 'XAUTHORITY', 'SSH_AUTH_SOCK', 'KRB5_CONFIG', 'X509_USER_PROXY', 'PIP_CONSTRAINT']],
    verdict: 'path',
    what: 'files and directories of the session',
    why: 'programs fail where they point at nothing, and have a default without them',
  },
  {
    names: [
      ...['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'PIP_CACHE_DIR', 'UV_CACHE_DIR'],
      ...['HF_HOME', 'HF_HUB_CACHE', 'HF_DATASETS_CACHE', 'HUGGINGFACE_HUB_CACHE', 'TRANSFORMERS_CACHE', 'TORCH_HOME'],
      ...['TORCH_EXTENSIONS_DIR', 'TORCHINDUCTOR_CACHE_DIR', 'TRITON_CACHE_DIR', 'VLLM_CACHE_ROOT', 'KERAS_HOME'],
      ...['TFHUB_CACHE_DIR', 'NUMBA_CACHE_DIR', 'MPLCONFIGDIR', 'IPYTHONDIR', 'JUPYTER_CONFIG_DIR', 'JUPYTER_DATA_DIR'],
      ...['JUPYTER_RUNTIME_DIR', 'WANDB_DIR', 'WANDB_CACHE_DIR', 'CUDA_CACHE_PATH', 'MIOPEN_USER_DB_PATH'],
      ...['MIOPEN_CUSTOM_CACHE_DIR', 'R_USER_CACHE_DIR'],
    ],
    verdict: 'path',
    isMade: true,
    what: 'caches, models and configurations of the user',
    why: 'they were moved out of a small home directory; programs make them where they can',
  },
  {
    names: [
      ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'AWS_CA_BUNDLE'],
      ...['PIP_CERT', 'PIP_CLIENT_CERT', 'NODE_EXTRA_CA_CERTS', 'NIX_SSL_CERT_FILE', 'X509_CERT_DIR'],
    ],
    verdict: 'path',
    what: 'certificates',
    why: 'no download works where they point at nothing; the image has some of its own',
  },
  {
    names: ['HOME', 'PATH', 'LD_LIBRARY_PATH', 'SINGULARITY*', 'APPTAINER*'],
    verdict: 'runtime',
    what: 'what the runtime sets or reads itself',
    why: "the container has its own `PATH` and `LD_LIBRARY_PATH`, whatever the host's are",
  },
];
