/** What the broker takes for an action, and for a resource; it says more exactly what is wrong with one, and decides. */
const ACTION = /^[a-z0-9-]{1,63}:[A-Za-z0-9*?]{1,128}$/;
const RESOURCE = /^(\*|arn:aws(-us-gov|-cn)?:[a-z0-9-]{1,63}:[a-z0-9*?-]*:[^:]*:.{1,512})$/;

const FORMS = {
  actions: { form: ACTION, is: 'no action of one service, such as s3:GetObject or ec2:Describe*' },
  resources: { form: RESOURCE, is: 'no ARN, and not *' },
} as const;

/** What is wrong with these lines, one sentence for each that is. */
export const wrongIn = (what: keyof typeof FORMS, lines: readonly string[]): readonly string[] => {
  const { form, is } = FORMS[what];
  return lines.flatMap((line, at) => {
    if (lines.indexOf(line) < at) return [`${line} is named twice.`];
    return form.test(line) ? [] : [`${line} is ${is}.`];
  });
};
