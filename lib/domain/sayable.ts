/** Members that are called so hold what must not be kept, whatever their type says. */
type SecretName =
  `${string}${'secret' | 'Secret' | 'token' | 'Token' | 'password' | 'Password' | 'cookie' | 'Cookie' | 'assertion' | 'Assertion' | 'authorization' | 'Authorization'}${string}`;

type Plain = string | number | boolean | null;

/**
 * Where in `T` something stands that an event cannot say: what is no JSON (a `Secret` is none, for it has functions), what may be anything, and
 * what is called like a secret. `never`: nothing does. `Path` is how the places are called.
 */
export type Unsayable<T, Path extends string> = unknown extends T
  ? Path
  : T extends Plain
    ? never
    : T extends readonly (infer Each)[]
      ? Unsayable<Each, `${Path}[]`>
      : T extends (...parameters: never) => unknown
        ? Path
        : T extends object
          ? {
              [Name in keyof T & string]-?: Name extends SecretName
                ? `${Path}.${Name}`
                : Unsayable<Exclude<T[Name], undefined>, `${Path}.${Name}`>;
            }[keyof T & string]
          : Path;

/** Compiles only where there is nothing of that: the error names the place. */
export type NothingOf<Places extends never> = Places;
