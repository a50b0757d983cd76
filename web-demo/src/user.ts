/** One of the two people the demo knows: the id and the token that the reference server has for them. */
export interface DemoUser {
  readonly key: string;
  readonly id: string;
  readonly label: string;
  readonly token: string;
}

const customer: DemoUser = {
  key: 'customer',
  id: 'ee31cc67-4545-5a4b-a2d8-549b974b3a09',
  label: 'Customer',
  token: 'customer-token',
};

const agent: DemoUser = {
  key: 'agent',
  id: 'a3110f71-e4a6-5c0b-acb4-74ff1d5d3072',
  label: 'Agent',
  token: 'agent-token',
};

/** Both of them. */
export const users: readonly DemoUser[] = [customer, agent];

/** Who is signed in: `?user=agent`, or the customer. */
export const user: DemoUser =
  new URLSearchParams(location.search).get('user') === agent.key ? agent : customer;

/** The other one, for the link that switches. */
export const otherUser: DemoUser = user === agent ? customer : agent;
