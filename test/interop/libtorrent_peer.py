"""A libtorrent session that does what lines of JSON on its standard input tell it.

Each command {"id": n, "do": name, ...} is answered by a line {"id": n, "result": ...} or {"id": n, "error": text};
what happens by itself is told by lines {"event": name, ...}. The end of the input ends it. The first argument may hold
settings as JSON, which take the place of those below; null leaves libtorrent's own.
"""
import base64
import hashlib
import json
import os
import select
import sys

import libtorrent as lt

# Listens on a port of its own for SSL torrents alone ("s"), and dials TCP at once instead of uTP first.
SETTINGS = {
    'listen_interfaces': '127.0.0.1:0,127.0.0.1:0s',
    'enable_outgoing_utp': False,
    'enable_incoming_utp': False,
    'enable_dht': False,
    'enable_lsd': False,
    'enable_upnp': False,
    'enable_natpmp': False,
    'allow_multiple_connections_per_ip': True,
    'min_reconnect_time': 1,
    'connections_limit': 50,
    'alert_mask': lt.alert.category_t.status_notification
    | lt.alert.category_t.error_notification
    | lt.alert.category_t.peer_notification
    | lt.alert.category_t.connect_notification
    | lt.alert.category_t.tracker_notification,
}


COMMANDS = ('add', 'dial', 'status', 'connections', 'version', 'describe', 'read', 'make')


def tell(line):
    print(json.dumps(line), flush=True)


def place(endpoint):
    return f'{endpoint[0]}:{endpoint[1]}'


def is_tls(alert):
    return 'ssl' in str(getattr(alert, 'socket_type', getattr(alert, 'sock_type', ''))).lower()


def chosen_settings():
    given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    return {name: value for name, value in {**SETTINGS, **given}.items() if value is not None}


def summary(info):
    """What a torrent consists of; without the padding that version 1 has between its files."""
    files, hashes = info.files(), info.info_hashes()
    return {
        'infoHash': hashes.v2.to_bytes().hex(),
        'infoHash1': hashes.v1.to_bytes().hex() if hashes.has_v1() else '',
        'name': info.name(),
        'private': info.priv(),
        'pieceLength': info.piece_length(),
        'files': [
            {
                'path': files.file_path(index),
                'length': files.file_size(index),
                'root': files.root(index).to_bytes().hex(),
            }
            for index in range(files.num_files())
            if not files.file_flags(index) & lt.file_storage.flag_pad_file
        ],
    }


def read_one(data):
    try:
        return summary(lt.torrent_info(base64.b64decode(data)))
    except Exception as error:  # whatever it is: the torrent is refused
        return {'error': f'{type(error).__name__}: {error}'}


def make_one(path, hybrid, piece_length):
    storage = lt.file_storage()
    lt.add_files(storage, path)
    flags = 0 if hybrid else lt.create_torrent.v2_only
    torrent = lt.create_torrent(storage, piece_length, flags)
    lt.set_piece_hashes(torrent, os.path.dirname(path))
    data = lt.bencode(torrent.generate())
    return {'data': base64.b64encode(data).decode(), **summary(lt.load_torrent_buffer(data).ti)}


class Peer:
    def __init__(self):
        self.session = lt.session(chosen_settings())
        self.handles = {}

    def tell_alerts(self):
        for alert in self.session.pop_alerts():
            if isinstance(alert, lt.listen_succeeded_alert):
                tell({'event': 'listening', 'port': alert.port, 'tls': is_tls(alert), 'text': alert.message()})
            elif isinstance(alert, lt.listen_failed_alert):
                tell({'event': 'listen failed', 'text': alert.message()})
            elif isinstance(alert, lt.torrent_finished_alert):
                tell({'event': 'finished', 'name': alert.handle.name()})
            elif isinstance(alert, (lt.peer_disconnected_alert, lt.peer_error_alert)):
                tell({'event': 'peer lost', 'from': place(alert.endpoint), 'text': alert.message()})
            elif isinstance(alert, lt.peer_connect_alert):
                tell({'event': 'peer', 'from': place(alert.endpoint), 'text': alert.message()})
            elif isinstance(alert, lt.tracker_error_alert):
                tell({'event': 'tracker error', 'text': alert.message()})
            elif isinstance(alert, (lt.torrent_error_alert, lt.file_error_alert)):
                tell({'event': 'error', 'text': alert.message()})

    def add(self, torrent, folder, seed, certificate=None, key=None, parameters=None):
        """Adds a torrent of the group whose member's PEM files these are (none: nobody's), and goes to work."""
        params = lt.load_torrent_file(torrent)
        params.save_path = folder
        params.flags &= ~lt.torrent_flags.auto_managed
        params.flags |= lt.torrent_flags.paused
        if seed:
            params.flags |= lt.torrent_flags.seed_mode
        handle = self.session.add_torrent(params)
        if certificate is not None:
            handle.set_ssl_certificate(certificate, key, parameters)
        handle.resume()
        self.handles[torrent] = handle

    def dial(self, torrent, host, port):
        self.handles[torrent].connect_peer((host, port))

    def status(self, torrent):
        status = self.handles[torrent].status()
        return {
            'received': status.total_download,
            'sent': status.total_upload,
            'done': status.total_done,
        }

    def connections(self, torrent):
        return [
            {
                'port': peer.ip[1],
                'id': peer.pid.to_bytes().decode('latin1'),
                'requests': peer.download_queue_length,
                'from': peer.total_download,
            }
            for peer in self.handles[torrent].get_peer_info()
            if not peer.flags & (peer.connecting | peer.handshake)
        ]

    def version(self):
        return lt.version

    def read(self, torrents):
        return [read_one(data) for data in torrents]

    def make(self, paths, hybrid, pieceLength):
        return [make_one(path, hybrid, pieceLength) for path in paths]

    def describe(self, torrent):
        """What libtorrent reads in a .torrent file; the piece layers as it would write them again."""
        info = lt.torrent_info(torrent)
        written = lt.write_torrent_file(lt.load_torrent_file(torrent))
        layers = written.get(b'piece layers', {})
        return {
            **summary(info),
            'pieces': info.num_pieces(),
            'authority': info.ssl_cert().decode('latin1') if isinstance(info.ssl_cert(), bytes) else info.ssl_cert(),
            'layers': {root.hex(): hashlib.sha256(layer).hexdigest() for root, layer in layers.items()},
        }

    def obey(self, line):
        command = json.loads(line)
        number, name = command.pop('id'), command.pop('do')
        try:
            if name not in COMMANDS:
                raise ValueError(f'no command {name}')
            tell({'id': number, 'result': getattr(self, name)(**command)})
        except Exception as error:  # whatever it is, whoever asked is told
            tell({'id': number, 'error': f'{type(error).__name__}: {error}'})


def main():
    peer = Peer()
    alerts, bell = os.pipe()
    os.set_blocking(alerts, False)
    os.set_blocking(bell, False)
    peer.session.set_alert_fd(bell)
    peer.tell_alerts()
    waiting = b''
    while True:
        ready, _, _ = select.select([sys.stdin, alerts], [], [])
        if alerts in ready:
            os.read(alerts, 4096)
            peer.tell_alerts()
        if sys.stdin not in ready:
            continue
        chunk = os.read(sys.stdin.fileno(), 65536)
        if not chunk:
            return
        *lines, waiting = (waiting + chunk).split(b'\n')
        for line in lines:
            peer.obey(line)


main()
