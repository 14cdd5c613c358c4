import type { CompiledAccess } from '../access.ts';
import type { Oddity } from './oddities.ts';

/** What the partitions of the accounts leave out of reach: a broker is in one of them. */
export const partitionOddities = ({ accounts, chat }: Pick<CompiledAccess, 'accounts' | 'chat'>): readonly Oddity[] => {
  const [first] = accounts;
  const elsewhere = accounts.filter(({ partition }) => partition !== first?.partition);
  return [
    ...elsewhere.map(({ name, partition }) => ({
      at: ['accounts', name],
      code: 'another_partition',
      message: `is in ${partition}, and ${first?.name ?? ''} in ${first?.partition ?? ''}: no role is assumed across partitions, so that in one of the two nothing is lent by assumeRole and no session is ended; each wants a broker of its own`,
    })),
    // Amazon SES, endpoints and quotas: none in China.
    ...(first?.partition === 'aws-cn' && chat?.mail
      ? [
          {
            at: ['chat', 'mail'],
            code: 'no_mail_there',
            message: 'is sent by SES, which is not in aws-cn: nobody is told by it',
          },
        ]
      : []),
  ];
};
