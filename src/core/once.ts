/** Makes something at the first call, and answers the same one from then on; a promise that failed as well. */
export function once<Made extends object>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
