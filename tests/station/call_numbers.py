"""Numbers of system calls as Linux's own headers give them (asm/unistd_64.h, asm-generic/unistd.h), typed beside
the filter's, so that a wrong or missing number shows: on x86_64, on aarch64 (-1: there is none).
"""

#: Nobody's in a sandbox.
SHUT = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bpf": (321, 280), "chroot": (161, 51),
    "clock_adjtime": (305, 266), "clock_settime": (227, 112), "delete_module": (176, 106),
    "fanotify_init": (300, 262), "finit_module": (313, 273), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fsopen": (430, 430), "fspick": (433, 433), "init_module": (175, 105), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "ioperm": (173, -1), "iopl": (172, -1),
    "kcmp": (312, 272), "kexec_file_load": (320, 294), "kexec_load": (246, 104), "keyctl": (250, 219),
    "mknod": (133, -1), "mknodat": (259, 33), "mount": (165, 40), "mount_setattr": (442, 442),
    "move_mount": (429, 429), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "open_tree_attr": (467, 467), "perf_event_open": (298, 241), "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41), "process_madvise": (440, 440), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "reboot": (169, 142), "request_key": (249, 218), "setdomainname": (171, 162), "sethostname": (170, 161),
    "setns": (308, 268), "settimeofday": (164, 170), "swapoff": (168, 225), "swapon": (167, 224),
    "syslog": (103, 116), "umount2": (166, 39), "unshare": (272, 97), "userfaultfd": (323, 282),
}  # fmt: skip
#: Nor where processes have no name space of their own.
LEAVING = {
    "chmod": (90, -1), "chown": (92, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "fchown": (93, 55), "fchownat": (260, 54), "file_setattr": (469, 469), "fremovexattr": (199, 16),
    "fsetxattr": (190, 7), "futimesat": (261, -1), "inotify_add_watch": (254, 27), "lchown": (94, -1),
    "lremovexattr": (198, 15), "lsetxattr": (189, 6), "pidfd_send_signal": (424, 424), "process_mrelease": (448, 448),
    "removexattr": (197, 14), "removexattrat": (466, 466), "setpgid": (109, 154), "setsid": (112, 157),
    "setxattr": (188, 5), "setxattrat": (463, 463), "tkill": (200, 130), "truncate": (76, 45), "utime": (132, -1),
    "utimensat": (280, 88), "utimes": (235, -1),
}  # fmt: skip
#: There refused for a process that is not one's own, whose id stands first.
STEERING = {
    "kill": (62, 129), "migrate_pages": (256, 238), "move_pages": (279, 239), "prlimit64": (302, 261),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "tgkill": (234, 131),
}  # fmt: skip
#: Looked at by what is asked.
LOOKED_AT = {
    "clone": (56, 220), "clone3": (435, 435), "fcntl": (72, 25), "getpid": (39, 172), "ioctl": (16, 29),
    "ioprio_set": (251, 30), "openat": (257, 56), "prctl": (157, 167), "read": (0, 63), "setpriority": (141, 140),
    "socket": (41, 198),
}  # fmt: skip
