import { useRef } from 'preact/hooks';
import type { PeerRow } from '../../../src/node/commands.ts';
import { formatCount, formatPercent } from '../../text/format.ts';
import {
  CENTRE_RADIUS,
  PEER_RADIUS,
  drawSwarm,
  shortName,
  type DrawnPeer,
  type SwarmDrawing,
} from './swarm-layout.ts';
import { useWidth } from './use-width.ts';

/** Who gives to whom, and how much: this computer in the middle. The table beneath says the same in words. */
export function SwarmFigure({
  peers,
  progress,
}: {
  readonly peers: readonly PeerRow[];
  readonly progress: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  return (
    <div ref={box} class="swarm-box">
      {width > 0 && <Drawing drawing={drawSwarm(peers, width)} progress={progress} />}
    </div>
  );
}

function Drawing({ drawing, progress }: { readonly drawing: SwarmDrawing; readonly progress: number }) {
  const { width, height, centre, peers, left } = drawing;
  return (
    <>
      <svg class="swarm" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {peers.map((peer) => (
          <line
            key={`line ${peer.key}`}
            class="swarm-line"
            x1={centre.x}
            y1={centre.y}
            x2={peer.x}
            y2={peer.y}
          />
        ))}
        {peers.map((peer) => (
          <g key={peer.key}>
            {peer.from && <path class="swarm-in" d={peer.from.path} />}
            {peer.to && <path class="swarm-out" d={peer.to.path} />}
            <Peer peer={peer} />
          </g>
        ))}
        <Ring x={centre.x} y={centre.y} radius={CENTRE_RADIUS} progress={progress} />
        <text class="swarm-you" x={centre.x} y={centre.y + 5}>
          You
        </text>
      </svg>
      <p class="swarm-legend" aria-hidden="true">
        <span>
          <i />
          gives to you
        </span>
        <span>
          <i class="to-them" />
          gets from you
        </span>
      </p>
      {left > 0 && <p class="swarm-left">{formatCount(left, 'more peer')} in the table below.</p>}
    </>
  );
}

function Peer({ peer }: { readonly peer: DrawnPeer }) {
  return (
    <>
      <Ring x={peer.x} y={peer.y} radius={PEER_RADIUS} progress={peer.progress} />
      <text class="swarm-percent" x={peer.x} y={peer.y + 4}>
        {formatPercent(peer.progress)}
      </text>
      <text class="swarm-name" x={peer.x} y={peer.nameY}>
        {shortName(peer.user, 12)}
        <title>{`${peer.user}, ${peer.address}`}</title>
      </text>
    </>
  );
}

interface RingProps {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly progress: number;
}

function Ring({ x, y, radius, progress }: RingProps) {
  const held = Math.round(Math.min(1, Math.max(0, progress)) * 100);
  return (
    <>
      <circle class="swarm-ring" cx={x} cy={y} r={radius} />
      {held > 0 && (
        <circle
          class="swarm-held"
          cx={x}
          cy={y}
          r={radius}
          pathLength={100}
          stroke-dasharray={`${held} 100`}
          transform={`rotate(-90 ${x} ${y})`}
        />
      )}
    </>
  );
}
