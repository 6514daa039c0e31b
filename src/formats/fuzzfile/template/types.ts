/** A value of a template: what Go's text/template has, as far as Fuzzfiles use it. `undefined` is "no value". */
export type TemplateValue =
  | string
  | number
  | boolean
  | undefined
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue };

export type Node =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'action'; readonly pipe: Pipe }
  | {
      readonly is: 'if' | 'with';
      readonly pipe: Pipe;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly is: 'range'; readonly pipe: Pipe; readonly then: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly is: 'break' | 'continue' };

export interface Pipe {
  /** Names of variables with their `$`, which get the value. */
  readonly variables: readonly string[];
  /** `:=` makes them, `=` sets them. */
  readonly declares: boolean;
  readonly commands: readonly Command[];
  /** Where it stands in the text. */
  readonly at: number;
}

export interface Command {
  readonly words: readonly Operand[];
  readonly at: number;
}

export type Operand =
  | { readonly is: 'value'; readonly value: TemplateValue }
  | { readonly is: 'function'; readonly name: string; readonly at: number }
  /** `.A.B`, `$.A`, `$x.A`, `(…).A` */
  | {
      readonly is: 'chain';
      readonly from: 'dot' | { readonly variable: string } | { readonly pipe: Pipe };
      readonly fields: readonly string[];
      readonly at: number;
    };

/** A fault of a template, and where it is. */
export class TemplateFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'TemplateFault';
    this.at = at;
  }
}
