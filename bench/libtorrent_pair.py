"""libtorrent against itself: one process seeds, another fetches, over loopback, with or without TLS.

    libtorrent_pair.py seed TORRENT FOLDER tls|plain CERT KEY DH        prints its port; ends with its standard input
    libtorrent_pair.py leech TORRENT FOLDER tls|plain CERT KEY DH PORT  prints the seconds until all is there and checked
    libtorrent_pair.py make FILE TORRENT PIECE_BYTES                    describes a file for a swarm without TLS
"""
import os
import sys
import time

import libtorrent as lt

# Dials TCP at once instead of uTP first, with no encryption of its own: nothing but the transfer is measured.
SETTINGS = {
    'listen_interfaces': '127.0.0.1:0,127.0.0.1:0s',
    'enable_outgoing_utp': False,
    'enable_incoming_utp': False,
    'enable_dht': False,
    'enable_lsd': False,
    'enable_upnp': False,
    'enable_natpmp': False,
    'out_enc_policy': 2,
    'in_enc_policy': 2,
    'allow_multiple_connections_per_ip': True,
    'min_reconnect_time': 1,
    'alert_mask': lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
}


def make(path, torrent, piece_bytes):
    storage = lt.file_storage()
    lt.add_files(storage, path)
    made = lt.create_torrent(storage, piece_bytes, lt.create_torrent.v2_only)
    lt.set_piece_hashes(made, os.path.dirname(path))
    with open(torrent, 'wb') as file:
        file.write(lt.bencode(made.generate()))


def wait_for(session, kind, accept=lambda alert: True):
    while True:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert)):
                sys.exit(alert.message())
            if isinstance(alert, kind) and accept(alert):
                return alert


def is_tls(alert):
    return 'ssl' in str(getattr(alert, 'socket_type', getattr(alert, 'sock_type', ''))).lower()


def add(session, torrent, folder, tls, credentials, seed):
    params = lt.load_torrent_file(torrent)
    params.save_path = folder
    params.flags &= ~lt.torrent_flags.auto_managed
    params.flags |= lt.torrent_flags.paused
    if seed:
        params.flags |= lt.torrent_flags.seed_mode
    handle = session.add_torrent(params)
    if tls:
        handle.set_ssl_certificate(*credentials)
    handle.resume()
    return handle


def main(role, *args):
    if role == 'make':
        return make(args[0], args[1], int(args[2]))
    torrent, folder, way, *rest = args
    tls = way == 'tls'
    session = lt.session(SETTINGS)
    own = wait_for(session, lt.listen_succeeded_alert, lambda alert: is_tls(alert) == tls)
    started = time.monotonic()
    handle = add(session, torrent, folder, tls, rest[:3], role == 'seed')
    if role == 'seed':
        print(own.port, flush=True)
        sys.stdin.read()
    else:
        handle.connect_peer(('127.0.0.1', int(rest[3])))
        wait_for(session, lt.torrent_finished_alert)
        print(time.monotonic() - started, flush=True)
    return None


main(*sys.argv[1:])
