"""Who on this machine is at the other end of a connection, as Linux tells.

https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
"""

import os

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LOCAL, _REMOTE, _UID, _INODE = 1, 2, 7, 9


def is_another_user(peer_port: int, own_port: int) -> bool:
    """Whether the connection from *peer_port* to *own_port* of this machine is neither this user's nor root's.

    Also where its process has closed it: what is left belongs to nobody (inode 0) and looks like root's. False where
    the system keeps no such tables.
    """
    pair = (f":{peer_port:04X}", f":{own_port:04X}")
    found, is_told = [], False
    for name in _TABLES:
        try:
            with open(name, encoding="ascii") as table:
                rows = [line.split() for line in table.readlines()[1:]]
        except OSError:
            continue
        is_told = True
        found += [row for row in rows if row[_LOCAL].endswith(pair[0]) and row[_REMOTE].endswith(pair[1])]
    ours = {str(os.geteuid()), "0"} if is_told else set()
    return is_told and not (found and all([row[_UID] in ours and row[_INODE] != "0" for row in found]))
