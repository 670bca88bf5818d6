/** A statechart as it is drawn: places that were found beforehand, from the machine in the code. */
export interface ChartDrawing {
  readonly width: number;
  readonly height: number;
  readonly states: readonly ChartState[];
  readonly arrows: readonly ChartArrow[];
}

export interface ChartState {
  /** Its place in the machine, such as `participating.leader`. */
  readonly id: string;
  readonly name: string;
  /** `any` stands for every state beside it, `start` is where a machine or a group begins. */
  readonly kind: 'state' | 'group' | 'final' | 'any' | 'start';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ChartArrow {
  readonly from: string;
  readonly to: string;
  /** A line for each event that leads along it. */
  readonly labels: readonly string[];
  readonly way: readonly (readonly [x: number, y: number])[];
  readonly labelAt?: readonly [x: number, y: number];
}

/** What there is of one machine: its drawing, and a row for everything it does. */
export interface DrawnChart {
  readonly name: string;
  readonly says: string;
  readonly file: string;
  readonly drawing: ChartDrawing;
  readonly rows: readonly ChartRow[];
}

export type ChartRow = readonly [place: string, on: string, condition: string, to: string, does: string];
