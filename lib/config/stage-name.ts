/** What a stage may be called: it is part of the name of everything that is made. */
export const STAGE_NAME = /^[a-z][a-z0-9-]{0,31}$/;
