/**
 * Every condition of an EndpointConnectionDecision: type, status, reason, what it means, what to do,
 * how soon it is tried again; and every Kubernetes Event. Nothing else words a reason. The reference
 * and the tests are made from it.
 */
import { speaker } from '../api/catalogue.ts'
import { refusals } from '../azure/reasons.ts'

export const catalogue = {
  Ready: {
    means:
      'Every connection that the decision governs has its outcome. A request that nobody decided never lowers it: a stranger cannot turn a pipeline red.',
    True: {
      NoConnection:
        'No connection of the server matches. The decision may be made before the request, or stay after it.',
      AwaitingDecision: {
        means: 'There is a request, or an access that nobody decided on.',
        remedy: 'Set spec.action: of the inbox row, of this object, or in a decision of your own.',
      },
      Decided: 'Without action; a decision covers every connection here, or nothing waits.',
      Approved: 'What it governs is approved.',
      Rejected: 'What it governs is rejected.',
      Deleted: 'The named connections were removed, once.',
      Conflicted: {
        means: 'Other decisions act on all the connections of its list.',
        remedy: 'Read the message; narrow one of the decisions if that is not meant.',
      },
    },
    False: {
      Approving: { means: 'An approval is being recorded, written or looked for.', retry: 'fast' },
      Rejecting: { means: 'A rejection is being recorded, written or looked for.', retry: 'fast' },
      Deleting: { means: 'A deletion is being recorded, written or looked for.', retry: 'fast' },
      NoEffect: {
        means: 'Azure took the decision, more than once, and the connection does not show it.',
        remedy: "Look at the server's activity log in Azure; the operator keeps trying.",
        retry: 'fast',
      },
      ServerNotReady: {
        means: 'A decision waits for the server, or for its high availability to settle.',
        remedy:
          'Start the server if it is stopped; the operator goes on by itself. To take access away at once although high availability is being made, annotate this object with pgpe.dev/ignore-ha=true.',
      },
      ServerNotFound: {
        means: 'There is no such server.',
        remedy: 'Create another object with the right spec.serverId, or create the server.',
        retry: 'user-fix',
      },
      PreviouslyRejected: {
        means: 'The named connection was rejected, and Azure cannot approve it any more.',
        remedy:
          'Remove or narrow the Reject, have the endpoint made anew (annotation pgpe.dev/recreate), and approve the new connection.',
        retry: 'user-fix',
      },
      Disconnected: {
        means: 'The named connection is disconnected for good.',
        remedy:
          'Have the endpoint made anew (annotation pgpe.dev/recreate), and approve the new connection.',
        retry: 'user-fix',
      },
      UnknownState: {
        means: 'Azure shows the named connection in a way that is not known; nothing is written.',
        remedy:
          'Look at the connection in Azure; perhaps a newer release of the operator knows it.',
        retry: 'slow',
      },
      IdentityChanged: {
        means:
          "Under the connection's name there is another endpoint than the one that was decided on. It was not approved; if the approval reached it, that was taken back.",
        remedy:
          'Find out whose endpoint it is. To decide on it, write a new decision with its privateEndpointIds.',
        retry: 'user-fix',
      },
      Conflicted: {
        means: 'Another decision acts on the named connection.',
        remedy: 'Remove or narrow one of the two.',
        retry: 'user-fix',
      },
      Drifted: {
        means: 'Somebody changed what this decision had done. It is not fought.',
        remedy: 'Agree with whoever did it; a change of the spec decides anew.',
        retry: 'user-fix',
      },
      Suspended: {
        means: 'Something remains to be written, and writes to Azure are suspended.',
        remedy: 'Set spec.suspend to false.',
        retry: 'user-fix',
      },
      AdmissionPolicyMissing: {
        means:
          'The admission policy that checks who may decide is not in place as the chart ships it, so nobody can tell whether this decision was allowed. Nothing is written; the log says what is missing.',
        remedy:
          'Install the ValidatingAdmissionPolicies of the chart (grants), or start the operator with --allow-ungated.',
        retry: 'user-fix',
      },
      InvalidSpec: {
        means: 'A field cannot be understood; nothing is written.',
        remedy: 'Correct that field.',
        retry: 'user-fix',
      },
      UnknownPolicy: {
        means: 'The action is one that this version does not know; nothing is done.',
        remedy: 'Use an action that the reference lists, or the operator version that knows it.',
        retry: 'user-fix',
      },
      ...refusals,
      Blocked: {
        means: 'Azure refused for a reason outside the spec: a policy, a lock.',
        remedy: 'Mend in Azure what its answer names; the operator keeps trying.',
        retry: 'slow',
      },
    },
    Unknown: {
      AzureUnreadable: {
        means: 'Azure could not be read; nothing is concluded from that.',
        remedy:
          "Nothing, if it passes: it is tried again by itself. If it lasts, look into Azure's answer.",
        retry: 'fast',
      },
    },
  },
  AwaitingDecision: {
    polarity: 'abnormal-true',
    means: 'Connections wait for somebody to decide.',
    True: {
      Undecided: {
        means: 'No decision covers them.',
        remedy: 'Set spec.action: of the inbox row, of this object, or in a decision of your own.',
      },
      LimitReached: {
        means: 'spec.maxApproved is reached.',
        remedy: 'Raise it, or decide on them otherwise.',
      },
      TimeOver: {
        means: 'spec.decideUntil has passed; access already given stays.',
        remedy: 'Set a later spec.decideUntil, or decide on them otherwise.',
      },
    },
  },
  ServerNotReady: {
    polarity: 'abnormal-true',
    means: 'The server cannot take a change of its connections now, or is not up.',
    True: {
      ServerState: {
        means: "The server's state is not Ready.",
        remedy: 'Start the server if it is stopped; decisions go on by themselves.',
      },
      HighAvailability: {
        means: 'High availability is being changed.',
        remedy:
          'Wait: it settles by itself. To take access away at once, annotate this object with pgpe.dev/ignore-ha=true.',
      },
      ServerNotFound: {
        means: 'The server does not exist.',
        remedy: 'Create the server, or another object with the right spec.serverId.',
      },
    },
  },
  Drifted: {
    polarity: 'abnormal-true',
    means: 'What this decision had done was changed by somebody else, and is left so.',
    True: {
      ChangedOutside: {
        means: 'The state is another one than this decision led to.',
        remedy: 'Agree with whoever did it; a change of the spec decides anew.',
      },
      IdentityChanged: {
        means: 'Another endpoint stands under the name that was decided on.',
        remedy:
          'Find out whose endpoint it is. To decide on it, write a new decision with its privateEndpointIds.',
      },
    },
  },
  Conflicted: {
    polarity: 'abnormal-true',
    means: 'Another decision acts on a connection that this one matches.',
    True: {
      Overruled: {
        means:
          'Delete goes before Reject, Reject before Approve; before a suspended Delete or Reject one that acts.',
        remedy: 'Remove or narrow one of the two, if that is not meant.',
      },
      OlderDecision: {
        means: 'Of equal decisions the oldest acts.',
        remedy: 'Nothing, if both mean the same; else remove one of the two.',
      },
    },
  },
  Throttled: {
    polarity: 'abnormal-true',
    means: 'Azure limits our requests, and something waits for that.',
    True: {
      Throttled: {
        means: 'It is tried again when Azure allows.',
        remedy:
          'Nothing, if it passes. If it lasts, find out who else uses up the limits of the subscription.',
      },
    },
  },
  Suspended: {
    polarity: 'abnormal-true',
    means: 'spec.suspend holds back all writes to Azure.',
    True: {
      Suspended: {
        means: 'Nothing is decided in Azure meanwhile.',
        remedy: 'Set spec.suspend to false to go on.',
      },
    },
  },
  CredentialsUnavailable: {
    polarity: 'abnormal-true',
    means: 'No token could be had for the Azure identity.',
    True: {
      CredentialsUnavailable: {
        means: 'Azure can be neither read nor written.',
        remedy: "Check the identity that spec.identityRef names, or the operator's own.",
      },
    },
  },
} as const

export const say = speaker(catalogue)

export type Reached = keyof typeof catalogue.Ready.True
/** Reasons of a Ready that is not True. */
export type Unmet = keyof typeof catalogue.Ready.False
/** Conditions beside Ready that stand while they hold. */
export type Abnormal = Exclude<keyof typeof catalogue, 'Ready'>

/** Events beside those that tell of a new reason of Ready. */
export const events = {
  DecisionSent: 'A decision was written to Azure; the note has the ARM correlation id.',
  DecisionCarriedOut: 'A look at Azure has shown the outcome.',
  ApprovalRevoked:
    'An approval had reached another identity than the one decided on, and was taken back at once.',
  ApprovalUnchecked:
    'The object of an approval has gone, and Azure could not be read for an hour: whom it reached is not known. Look at the connection in Azure.',
  RequestReceived: 'An inbox got a row for a connection that nobody decided on.',
} as const
export type EventReason = keyof typeof events
