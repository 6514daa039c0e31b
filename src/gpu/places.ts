/** Where the kernel has the devices, and says the versions of drivers. */
export const gpuPlaces = {
  NVIDIA: { device: '/dev/nvidiactl', driver: '/proc/driver/nvidia/version' },
  AMD: { device: '/dev/kfd', driver: '/sys/module/amdgpu/version' },
} as const;
