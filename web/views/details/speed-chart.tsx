import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatRate } from '../../text/format.ts';
import { themeChanges } from '../../state/theme.ts';
import { HISTORY_SECONDS, type SpeedColumns } from './speed-history.ts';
import { useWidth } from './use-width.ts';

const HEIGHT = 220;

type Plot = typeof uPlot;

/** Speed down and up over the last ten minutes. What draws it is loaded when it is first shown. */
export function SpeedChart({ columns }: { readonly columns: SpeedColumns }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const width = useWidth(box);
  const Plot = usePlot();
  const theme = themeChanges.value;
  const latest = useRef(columns);
  latest.current = columns;
  useEffect(() => {
    if (!Plot || !box.current) return;
    const made = new Plot(optionsOf(box.current), dataOf(latest.current), box.current);
    chart.current = made;
    return () => {
      made.destroy();
      chart.current = undefined;
    };
  }, [Plot, theme]);
  useEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height: HEIGHT });
  }, [width, Plot, theme]);
  useEffect(() => chart.current?.setData(dataOf(columns)), [columns]);
  return (
    <figure class="speed-chart" aria-label={wordsOf(columns)} role="img">
      <div ref={box} class="speed-chart-box" aria-hidden="true" />
    </figure>
  );
}

/** What the chart shows at its end, in words. */
function wordsOf({ down, up }: SpeedColumns): string {
  const now = `Now ${formatRate(down.at(-1) ?? 0)} down, ${formatRate(up.at(-1) ?? 0)} up`;
  const most = (values: readonly (number | null)[]): number =>
    Math.max(0, ...values.map((value) => value ?? 0));
  return `${now}. At most ${formatRate(most(down))} down and ${formatRate(most(up))} up in the last ten minutes.`;
}

function usePlot(): Plot | undefined {
  const [plot, setPlot] = useState<{ readonly Plot: Plot }>();
  useEffect(() => {
    let wanted = true;
    void Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]).then(([module]) => {
      if (wanted) setPlot({ Plot: module.default });
    });
    return () => {
      wanted = false;
    };
  }, []);
  return plot?.Plot;
}

const dataOf = ({ at, down, up }: SpeedColumns): uPlot.AlignedData => [at, down, up];

function optionsOf(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const text = colour('--chart-text');
  const axis = {
    stroke: text,
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour('--chart-grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    cursor: { y: false, drag: { setScale: false } },
    scales: {
      x: { time: true, range: (_plot, min, max) => [max - spanOf(max - min), max] },
      y: { range: (_plot, _min, max) => [0, Math.max(max * 1.08, 16 * 1024)] },
    },
    axes: [
      {
        ...axis,
        values: (_plot, seconds, _axis, _space, step) => seconds.map((at) => timeOf(at, step < 60)),
        space: 80,
      },
      {
        ...axis,
        values: (_plot, rates) => rates.map(rateOf),
        size: 84,
        splits: (_plot, _axis, _min, max) => splitsOf(max),
      },
    ],
    series: [
      { label: 'Time', value: (...shown) => wordOf(shown, (at) => timeOf(at, true)) },
      line('Down', colour('--chart-down'), `${colour('--chart-down')}22`),
      { ...line('Up', colour('--chart-up'), undefined), dash: [5, 3] },
    ],
  };
}

function line(label: string, stroke: string, fill: string | undefined): uPlot.Series {
  return {
    label,
    stroke,
    ...(fill === undefined ? {} : { fill }),
    width: 2,
    points: { show: false },
    value: (...shown) => wordOf(shown, rateOf),
  };
}

type Shown = [plot: uPlot, value: number | null, series: number, index: number | null];

/** What stands beside a colour: the value under the pointer, else the latest. */
function wordOf([plot, value, series, index]: Shown, format: (value: number) => string): string {
  const shown = index === null ? plot.data[series]?.at(-1) : value;
  return typeof shown === 'number' ? format(shown) : '–';
}

/** At first one minute, then all that is known. */
const spanOf = (known: number): number => Math.min(HISTORY_SECONDS - 1, Math.max(60, known));

const rateOf = (rate: number): string => (rate === 0 ? '0' : formatRate(rate));

function timeOf(seconds: number, exact = false): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(exact ? { second: '2-digit' as const } : {}),
  });
}

/** Three to six rates at round numbers of 1,024s. */
function splitsOf(max: number): number[] {
  let step = 4 * 1024;
  while (max / step > 5) step *= 2;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step);
}
