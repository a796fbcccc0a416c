/**
 * Figures that were measured with C on another processor, before this project had its strategies: nanoseconds
 * a load of 4 pages, best median of three runs of 20,000 loads, a checked stamp at each page start. AMD EPYC
 * (Zen), 2 CPUs under Firecracker, Linux 6.18.44.
 */
export const epycFigures: Readonly<Record<string, number>> = {
  rwx: 120,
  shm_open: 128,
  memfd_sealed: 129,
  tmpfile: 130,
  mremap_dup: 130,
  memfd_hugetlb: 130,
  memfd: 131,
  memfd_thp: 131,
  memfd_sync: 868,
  reuse_batch: 1328,
  memfd_pwrite: 2913,
  memfd_viewflip: 3013,
  hugetlb_shared: 3178,
  rwx_flip: 3325,
  reuse_shared: 3327,
  reuse: 3368,
  reuse_xonly: 3394,
  hugetlb: 4046,
  reuse_lock: 4393,
  memfd_rotate: 5207,
  memfd_oop: 5973,
  procmem: 6119,
  uffd_copy: 6950,
  image_ro: 7264,
  reuse_dontneed: 12925,
  memfd_view: 14123,
  naive_rwx: 14248,
  naive_populate: 15780,
  naive: 17263,
  image_private: 19260,
  mremap_move: 19530,
  pool_fixed: 21981,
};
