"""libtorrent in the roles of bench/swarm-adapter, without TLS; its peers know each other's addresses beforehand."""
import os
import sys
import time

import libtorrent as lt

PORT = 7201
role, ip, work, *rest = sys.argv[1:]
folder, name = rest if rest else (None, None)
torrent = os.path.join(work, 'payload.torrent')
hosts = os.path.join(work, 'hosts')


def describe():
    os.makedirs(hosts)
    storage = lt.file_storage()
    lt.add_files(storage, os.path.join(folder, name))
    made = lt.create_torrent(storage, 0, lt.create_torrent.v2_only)
    lt.set_piece_hashes(made, folder)
    with open(torrent, 'wb') as file:
        file.write(lt.bencode(made.generate()))


def share():
    session = lt.session({
        'listen_interfaces': f'{ip}:{PORT}', 'enable_outgoing_utp': False, 'enable_incoming_utp': False,
        'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
        'out_enc_policy': 2, 'in_enc_policy': 2, 'min_reconnect_time': 1, 'mixed_mode_algorithm': 0,
    })
    open(os.path.join(hosts, ip), 'w').close()
    params = lt.load_torrent_file(torrent)
    params.save_path = folder
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if role == 'seed':
        params.flags |= lt.torrent_flags.seed_mode
    while role == 'leech' and not os.path.exists(os.path.join(folder, '.go')):
        time.sleep(.01)
    handle = session.add_torrent(params)
    for other in os.listdir(hosts):
        if other != ip and role == 'leech':
            handle.connect_peer((other, PORT))
    while not handle.status().is_seeding:
        time.sleep(.01)
    if role == 'leech':
        open(os.path.join(folder, '.done'), 'w').close()
    while True:
        time.sleep(1)


if role == 'prepare':
    describe()
elif role == 'tracker':
    time.sleep(1e6)
else:
    share()
