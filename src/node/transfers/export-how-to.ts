/** What the how-to beside exported files tells about them. */
export interface HowTo {
  /** Label of the group. */
  readonly group: string;
  /** Label of the member whose key it is. */
  readonly user: string;
  /** End of the member certificate, ms since 1970. */
  readonly endsAtMs: number;
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  readonly parameters: string;
  /** Whether the .torrent names trackers. */
  readonly hasTrackers: boolean;
}

/** A page for a person who has never done it: what each file is, how to use it, and what it can't do. */
export function howToText(about: HowTo): string {
  const { group, user, certificate, key, authority, parameters } = about;
  const end = new Date(about.endsAtMs).toISOString().slice(0, 10);
  return `Files of the group "${group}" for another BitTorrent program
${'='.repeat(59 + group.length - 'group'.length)}

With these files a program that knows "SSL torrents" (libtorrent, qBittorrent 5 and newer) can
take part in the group's swarms, as ${user}.

  *.torrent   what is shared; one for each content that was exported
  ${certificate}
              the member certificate of ${user}; it ends on ${end}
  ${key}
              its private key
  ${authority}
              the group's authority; it is in each .torrent, too
  ${parameters}
              Diffie-Hellman parameters (ffdhe2048), which such programs ask for

KEEP THE KEY TO YOURSELF
  Whoever has ${key} is ${user} for the members of "${group}": it fetches everything that
  is shared there, and gives what it likes in your name. Send it to nobody.${secretTrackers(about)}

ONE GROUP FOR EACH PROGRAM
  Give a program the files of one group only. Programs that take part in two groups on one port let
  a member of the first into the second (they resume TLS sessions without asking for a certificate
  again). For a second group run a second program, with settings and a port of its own.

WHAT SUCH A PROGRAM CANNOT DO
  Withdrawal: when the owner removes somebody from "${group}", our own clients cut that member off at
  once. A foreign program does not learn of it: it goes on serving whoever shows a certificate of the
  group until that certificate ends, a year after it was signed at most.
  Renewal: your certificate ends on ${end}. Export again after our client has renewed it.

libtorrent (Python)
  session = lt.session({'listen_interfaces': '0.0.0.0:6881,0.0.0.0:6882s'})   # s: the port for SSL torrents
  handle = session.add_torrent({'ti': lt.torrent_info('NAME.torrent'), 'save_path': '.',
                                'flags': lt.torrent_flags.paused})
  handle.set_ssl_certificate('${certificate}', '${key}', '${parameters}')
  handle.resume()
  handle.connect_peer(('ADDRESS', PORT))   # where a member's client listens: "status" there shows it

qBittorrent 5 and newer
  Its window has no place for these files; its Web API has: add the torrent stopped, then POST
  /api/v2/torrents/setSSLParameters with hash, ssl_certificate, ssl_private_key and ssl_dh_params (the
  texts of the files). Before that, in qBittorrent.conf below [BitTorrent]: Session\\SSL\\Enabled=true

docs/interop.md of this project says more.
`;
}

const secretTrackers = ({ hasTrackers }: HowTo): string =>
  hasTrackers
    ? `
  The .torrent files are yours alone, too: the tracker addresses in them tell their holder who is
  online with what, by your name.`
    : '';
