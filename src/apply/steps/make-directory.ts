import { makeDirectory as makeWithParents } from '../../host/files.ts';
import type { StepDoer } from '../types.ts';

export const makeDirectory: StepDoer<'make-directory'> = { apply: ({ path }) => makeWithParents(path) };
