/** A function that makes a value when it is first called: what few runs need must not cost every start. */
export function once<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
