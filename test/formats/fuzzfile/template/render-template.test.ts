import { describe, expect, it } from 'vitest';
import { hasActions, renderTemplate } from '../../../../src/formats/fuzzfile/template/render-template.ts';
import { parseValues, readValue } from '../../../../src/formats/fuzzfile/template/values.ts';

const values = { Name: 'demo', Cores: 4, GPU: true, Empty: '', Path: '/data/in.tar.gz', List: 'a,b,c' };
const render = (text: string): string | undefined =>
  renderTemplate(text, values, { now: 1_700_000_000, random: () => 0.5 }).text;
const faultOf = (text: string): string => {
  const { issues } = renderTemplate(text, values, { now: 0, random: () => 0 });
  return issues.map(({ message, place }) => `${place.line}:${place.column} ${message}`).join('\n');
};

/** No action of a template. */
const ofV1 = `password: $\{{ secret "X" }}$`;

describe('a template', () => {
  // The right values are those of Go's text/template with go-task/slim-sprig.
  it.each([
    ['{{.Name}} {{ .Cores }} {{.GPU}}', 'demo 4 true'],
    ['{{ .None }}|{{ .None.Deeper }}', '<no value>|<no value>'],
    ['a {{- .Name -}} b', 'ademob'],
    ['a\n  {{- /* a word */ -}}\nb {{/* more */}} c', 'ab  c'],
    ['{{ if .GPU }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ if eq .Name "x" }}1{{ else if gt .Cores 3 }}2{{ else }}3{{ end }}', '2'],
    ['{{ if and .GPU (not .Empty) }}both{{ end }}', 'both'],
    ['{{ or .Empty "other" }}', 'other'],
    ['{{ $x := 1 }}{{ if .GPU }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
    ['{{ range $i, $v := splitList "," .List }}{{ $i }}={{ $v }};{{ end }}', '0=a;1=b;2=c;'],
    ['{{ range list 1 2 3 }}{{ . }}{{ $.Name }} {{ end }}', '1demo 2demo 3demo '],
    ['{{ range list }}x{{ else }}none{{ end }}', 'none'],
    ['{{ with .Name }}{{ . }}{{ end }}', 'demo'],
    ['{{ trim " x " | printf "%s-%d-%s" .Name 7 }}', 'demo-7-x'],
    ['{{ .Path | base | trimSuffix ".tar.gz" }}', 'in'],
    ['{{ trim .Path | hasPrefix "/" }}', 'true'],
    ['{{ printf "%03d %5.2f %q %v%%" 7 1.5 "a\\"b" true }}', '007  1.50 "a\\"b" true%'],
    ['{{ substr 0 3 .Name }} {{ default 8 .Empty }} {{ .Name | default "x" }}', 'dem 8 demo'],
    ['{{ index (list "a" "b") 1 }} {{ len .List }} {{ join "-" (list 1 2) }}', 'b 5 1-2'],
    [
      '{{ add 1 2 3 }} {{ sub 5 2 }} {{ mul 2 3 }} {{ max 1 9 4 }} {{ div 7 2 }} {{ mod 7 4 }} {{ int "12" }}',
      '6 3 6 9 3 3 12',
    ],
    ['{{ lower "AB" }} {{ replace "a" "b" "banana" }} {{ trimAll "$" "$5$" }} {{ b64enc "hi" }}', 'ab bbnbnb 5 aGk='],
    ['{{ toJson (dict "a" (list 1 "x")) }} {{ append (list 1) 2 }}', '{"a":[1,"x"]} [1 2]'],
    ['{{ randInt 10 20 }} {{ now | unixEpoch }}', '15 1700000000'],
    ['{{ `raw "\\n` }} {{ "tab\\t." }}', 'raw "\\n tab\t.'],
    ['{{ if\n  eq .Name\n  "demo" }}over lines{{ end }}', 'over lines'],
    [ofV1, ofV1],
    ['{{ (dict "a" (dict "b" 3)).a.b }}', '3'],
    ['{{ range $v := list 1 2 3 4 }}{{ if eq $v 3 }}{{ break }}{{ end }}{{ $v }}{{ end }}', '12'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ['a\n {{ .Name ', '2:2 this `{{` is never closed'],
    ['a: "{{ .Name" }\nb: {{ .Name }}', '1:5 this `{{` is never closed'],
    ['{{ if .GPU }}x', '1:1 this `if` has no `end`'],
    ['{{ end }}', '1:1 `end` has nothing that it ends'],
    ['{{ nosuch 1 }}', '1:4 there is no function `nosuch`'],
    ['{{ trimPrefx "a" .Name }}', '1:4 there is no function `trimPrefx`; there is `trim`, `trimPrefix`'],
    ['{{ fail "the input is missing" }}', '1:4 the input is missing'],
    ['{{ $x }}', '1:4 there is no variable `$x` yet'],
    ['{{ index (list 1) 5 }}', '1:4 the list has no element 5: it has 1'],
    ['{{ define "x" }}{{ end }}', '1:4 `define` is not known'],
    ['{{ .Name .Cores }}', '1:4 a value takes no arguments'],
    ['{{ ( .Name }}', '1:4 this `(` is never closed'],
    ['{{ range $i := until 100000 }}{{ repeat 10000 "x" }}{{ end }}', '1:1 the template gives more than 4 MiB'],
    [
      '{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}',
      '1:34 the template has too much to do: more than a million steps',
    ],
    [
      '{{ $l := list "a" }}{{ range until 40 }}{{ $l = list $l $l }}{{ end }}{{ $l }}',
      '1:49 `list` gives more than 4 MiB',
    ],
    ['{{ $s := "a" }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}', '1:44 `print` gives more than 4 MiB'],
  ])('%s is refused', (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  it('what stands in each other too deep is refused', () => {
    expect(faultOf(`{{ ${'('.repeat(200_000)} }}`)).toContain('1:204 more than 200 stand in each other here');
    expect(faultOf('{{ if true }}'.repeat(100_000))).toContain('1:2601 more than 200 stand in each other here');
  });

  it('is told from what only looks like one', () => {
    expect(hasActions(ofV1)).toBe(false);
    expect(hasActions('name: {{ .Name }}')).toBe(true);
  });

  it('has its values from a values.yaml', () => {
    const { values: read } = parseValues(
      'values:\n- { name: A, string_value: x, display_name: The A }\n- { name: B, uint_value: 4 }\n- { name: C, bool_value: false }\n- { name: D, secret_value: { reference: "secret://user/D" } }\n',
    );
    expect(read).toEqual({ A: 'x', B: 4, C: false, D: 'secret://user/D' });
    expect([readValue('7', 4), readValue('7', 'x'), readValue('true', false)]).toEqual([7, '7', true]);
    expect(parseValues('values: 3').issues.length).toBe(1);
  });
});
