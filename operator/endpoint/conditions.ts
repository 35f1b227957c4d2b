/**
 * Every condition of a PostgresPrivateEndpoint: type, status, reason, what it means, what to do, how
 * soon it is tried again. Nothing else words a reason. The reference and the tests are made from it.
 */
import { speaker } from '../api/catalogue.ts'
import { refusals } from '../azure/reasons.ts'

export const catalogue = {
  Ready: {
    means:
      'The private endpoint exists as the spec describes it, its connection is approved, and its name resolves to it as far as the spec asks for DNS.',
    True: {
      Ready: 'The endpoint can be used.',
      Drifted: {
        means: 'The endpoint can be used; Azure differs from the spec, and that is left so.',
        remedy: 'Read status.drift; change the spec or Azure, or set driftPolicy to Correct.',
      },
      Suspended: {
        means: 'The endpoint can be used as last seen; writes to Azure are suspended.',
        remedy: 'Set spec.suspend to false to let the operator write again.',
      },
    },
    False: {
      Creating: { means: 'The private endpoint is being made.', retry: 'fast' },
      Provisioning: { means: 'Azure is still working on the private endpoint.', retry: 'fast' },
      Updating: { means: 'The private endpoint differs and is being changed.', retry: 'fast' },
      Replacing: {
        means: 'The private endpoint cannot be mended; it is deleted and made anew.',
        retry: 'fast',
      },
      Preparing: {
        means: 'What the endpoint needs (resource group, subnet policies) is being set up.',
        retry: 'fast',
      },
      PreparingDNS: { means: 'Zone, links or zone group are being made.', retry: 'fast' },
      WaitingForRecord: {
        means: 'The DNS record does not hold the address of the endpoint yet.',
        remedy: 'Azure writes it soon after the approval; there is nothing to do.',
        retry: 'fast',
      },
      WaitingForAddress: {
        means: "The address of the endpoint's network interface is not known yet.",
        remedy: "If it lasts, grant read on the network interfaces of the endpoint's group.",
        retry: 'fast',
      },
      WaitingForZoneGroup: {
        means: 'dns.mode is External, and nobody has made a zone group on the endpoint yet.',
        remedy:
          'Check the Azure Policy (or whoever makes zone groups), or set dns.mode to Managed.',
      },
      WaitingForConnection: {
        means: 'The connection is in a state between two others.',
        remedy: 'It moves on by itself; if it lasts, look at the endpoint in Azure.',
      },
      ServerNotReady: {
        means: 'The server is not Ready, or its high availability has not settled.',
        remedy:
          'If the server is stopped, start it; otherwise wait. The operator goes on by itself once it is Ready.',
      },
      PendingApproval: {
        means: 'The connection waits for the owner of the server.',
        remedy:
          'Ask the owner, or create an EndpointConnectionDecision with action Approve for this connection.',
      },
      Rejected: {
        means: 'The owner of the server has rejected the connection.',
        remedy:
          'Azure cannot approve it any more: agree with the owner, then set the annotation pgpe.dev/recreate to a new value to make the endpoint anew.',
        retry: 'user-fix',
      },
      Disconnected: {
        means:
          "The connection was removed on the server's side, or the server was deleted; Azure never reconnects it.",
        remedy:
          'Set the annotation pgpe.dev/recreate to a new value to make the endpoint anew, or delete this object.',
        retry: 'user-fix',
      },
      InvalidSpec: {
        means: 'A field cannot be understood; nothing was sent to Azure.',
        remedy: 'Correct that field.',
        retry: 'user-fix',
      },
      UnknownPolicy: {
        means: 'A policy has a value that this version does not know; nothing is done.',
        remedy: 'Use a value that the reference lists, or the operator version that knows it.',
        retry: 'user-fix',
      },
      ImmutableChanged: {
        means: 'The endpoint in Azure differs where Azure allows no change.',
        remedy: 'Restore the field, or delete this object and create it anew.',
        retry: 'user-fix',
      },
      ServerNotFound: {
        means: 'There is no such server.',
        remedy: 'Correct spec.serverId, or create the server; the operator then goes on.',
        retry: 'user-fix',
      },
      ServerUnreadable: {
        means:
          'The identity may not read the server, which automatic approval needs before the endpoint is made.',
        remedy:
          'Grant Microsoft.DBforPostgreSQL/flexibleServers/read and Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnectionsApproval/action on the server, or set approval to Manual.',
        retry: 'slow',
      },
      VNetIntegrated: {
        means: 'The server is integrated into a virtual network: it can never have an endpoint.',
        remedy:
          'Name a server with public access networking, or migrate this one (az postgres flexible-server migrate-network).',
        retry: 'user-fix',
      },
      VirtualNetworkNotFound: {
        means: 'There is no such virtual network.',
        remedy: 'Correct spec.subnetId, or create the network.',
        retry: 'user-fix',
      },
      SubnetNotFound: {
        means: 'The virtual network has no such subnet.',
        remedy: 'Correct spec.subnetId, or create the subnet.',
        retry: 'user-fix',
      },
      SubnetDelegated: {
        means: 'The subnet is delegated to a service and cannot hold endpoints.',
        remedy: 'Name another subnet of the network, one without delegation.',
        retry: 'user-fix',
      },
      LocationMismatch: {
        means: 'spec.location is not the region of the virtual network.',
        remedy: "Remove spec.location, or set it to the network's region.",
        retry: 'user-fix',
      },
      AddressNotInSubnet: {
        means: 'The static address lies outside the subnet.',
        remedy: "Choose spec.privateIPAddress from the subnet's prefixes, or remove it.",
        retry: 'user-fix',
      },
      AddressReserved: {
        means: 'Azure keeps the first four addresses and the last one of each subnet.',
        remedy: 'Choose another spec.privateIPAddress, or remove it.',
        retry: 'user-fix',
      },
      AddressTaken: {
        means: 'The static address is in use.',
        remedy: 'Choose another spec.privateIPAddress, or remove it.',
        retry: 'user-fix',
      },
      ResourceGroupNotFound: {
        means: 'The resource group does not exist.',
        remedy: 'Create it, correct spec.resourceGroup, or set spec.createResourceGroup to true.',
        retry: 'user-fix',
      },
      ...refusals,
      Blocked: {
        means:
          'Azure refused for a reason outside the spec: a policy, a lock, a quota, something that is not there.',
        remedy: 'Mend in Azure what its answer names; the operator keeps trying.',
        retry: 'slow',
      },
      Conflicted: {
        means: 'Another object of this cluster has this private endpoint.',
        remedy: 'Delete one of the two objects, or give this one another spec.endpointName.',
        retry: 'user-fix',
      },
      AdoptionRefused: {
        means: 'A private endpoint of this name exists that this object did not make.',
        remedy:
          'Choose another spec.endpointName, or set adoptionPolicy to IfMatching if server, subnet and sub-resource are the same (and pgpe.dev/adopt-from, if another cluster owns it).',
        retry: 'user-fix',
      },
      OwnershipLost: {
        means: 'The endpoint no longer carries our tag, and is not the one that we made.',
        remedy:
          'Find out who replaced or took it; set adoptionPolicy to IfMatching to take it back, or delete this object, which leaves it alone.',
        retry: 'user-fix',
      },
      Moved: {
        means: 'The endpoint that carries our tag lies elsewhere now.',
        remedy:
          'Move it back, delete it, or take its pgpeOwner tag off to let it go; it is never made twice.',
        retry: 'user-fix',
      },
      Vanished: {
        means: 'The endpoint is gone from Azure, and driftPolicy is Report.',
        remedy: 'Set driftPolicy to Correct to have it made again, or delete this object.',
        retry: 'user-fix',
      },
      Drifted: {
        means:
          'Azure differs from the spec, and nothing may be written (managementPolicy is Observe, or driftPolicy is Report and the endpoint needs what differs).',
        remedy:
          'Read status.drift; change the spec or Azure, or set managementPolicy to Manage and driftPolicy to Correct.',
        retry: 'user-fix',
      },
      Suspended: {
        means: 'Something remains to be written, and writes to Azure are suspended.',
        remedy: 'Set spec.suspend to false.',
        retry: 'user-fix',
      },
      DeletionSuspended: {
        means: 'The object is being deleted, and writes to Azure are suspended.',
        remedy: 'Set spec.suspend to false to let the endpoint be deleted.',
        retry: 'user-fix',
      },
      Deleting: { means: 'The endpoint is being deleted.', retry: 'fast' },
      ZoneNotFound: {
        means: 'The private DNS zone does not exist, and none may be made.',
        remedy: 'Create the zone, correct dns.zoneId, or set dns.createZone to true.',
        retry: 'user-fix',
      },
      ZoneAmbiguous: {
        means:
          'There are several zones of the right name, and none is linked to the virtual network.',
        remedy: 'Name one of them in dns.zoneId.',
        retry: 'user-fix',
      },
      ZoneNameMismatch: {
        means: 'The zone that dns.zoneId names is not of the name that the server needs.',
        remedy: 'Name a zone that has that name, or remove dns.zoneId.',
        retry: 'user-fix',
      },
      ZoneGroupTaken: {
        means: 'Somebody else has put a zone group on the endpoint; Azure allows one.',
        remedy: 'Remove that zone group, or set dns.mode to External.',
        retry: 'user-fix',
      },
      LinkFailed: {
        means: 'Azure accepted a virtual network link and then ended it Failed.',
        remedy:
          'Look whether the virtual network is linked to another zone of the same name: a network can have one only. Remove that link, or name that zone in dns.zoneId.',
        retry: 'slow',
      },
      DNSConflict: {
        means: "The server's record in the zone belongs to another private endpoint.",
        remedy:
          "Use another zone for this endpoint (dns.zoneId), set dns.mode to None, or remove the other endpoint's zone group.",
        retry: 'user-fix',
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
  PendingApproval: {
    polarity: 'abnormal-true',
    means: 'The connection waits for the owner of the server.',
    True: {
      PendingApproval: {
        means: 'Nobody has decided yet.',
        remedy:
          'Ask the owner, or create an EndpointConnectionDecision with action Approve for this connection.',
      },
    },
  },
  ServerNotReady: {
    polarity: 'abnormal-true',
    means: 'The server cannot take changes of its endpoints now.',
    True: {
      ServerState: {
        means: "The server's state is not Ready.",
        remedy:
          'If the server is stopped, start it; otherwise wait. What has to be written goes on by itself once it is Ready.',
      },
      HighAvailability: {
        means: 'High availability is being changed.',
        remedy: 'Wait: it settles by itself, and what has to be written goes on.',
      },
      ServerNotFound: {
        means: 'The server does not exist.',
        remedy:
          'Create the server, or correct spec.serverId; once the endpoint exists, that means to delete this object and create it anew.',
      },
    },
  },
  Rejected: {
    polarity: 'abnormal-true',
    means: 'The owner of the server has rejected the connection.',
    True: {
      Rejected: {
        means: 'Only a new endpoint can be approved.',
        remedy:
          'Agree with the owner, then set the annotation pgpe.dev/recreate to a new value to make the endpoint anew.',
      },
    },
  },
  Disconnected: {
    polarity: 'abnormal-true',
    means: "The connection was removed on the server's side.",
    True: {
      Disconnected: {
        means: 'Only a new endpoint can connect.',
        remedy:
          'Set the annotation pgpe.dev/recreate to a new value to make the endpoint anew, or delete this object.',
      },
    },
  },
  Drifted: {
    polarity: 'abnormal-true',
    means: 'Azure differs from the spec and is left so.',
    True: {
      Reported: {
        means: 'driftPolicy is Report, or Azure allows no change: see status.drift.',
        remedy: 'Change the spec or Azure, or set driftPolicy to Correct.',
      },
      Observed: {
        means: 'managementPolicy is Observe: see status.drift.',
        remedy: 'Change the spec or Azure, or set managementPolicy to Manage.',
      },
      Suspended: {
        means: 'Writes are suspended: see status.drift.',
        remedy: 'Set spec.suspend to false to have it mended.',
      },
      Vanished: {
        means: 'The endpoint is gone from Azure, and driftPolicy is Report.',
        remedy: 'Set driftPolicy to Correct to have it made again, or delete this object.',
      },
    },
  },
  Conflicted: {
    polarity: 'abnormal-true',
    means: 'Another object wants the same thing otherwise, and keeps it.',
    True: {
      ConfigMapTaken: {
        means:
          "A ConfigMap of the name in spec.connectionInfo exists that is not this object's; it is left as it is.",
        remedy:
          'Give spec.connectionInfo another name, or delete that ConfigMap if nobody needs it.',
      },
      EndpointClaimed: {
        means: 'Another object of this cluster has this private endpoint.',
        remedy: 'Delete one of the two objects, or give this one another spec.endpointName.',
      },
      SharedSetting: {
        means:
          'An older object wants the tags or the resolution policy of the shared zone, or the policies of the shared subnet, otherwise.',
        remedy: 'Let both objects say the same, or leave the field out here.',
      },
    },
  },
  DNSConflict: {
    polarity: 'abnormal-true',
    means: "The server's record in the zone is somebody else's.",
    True: {
      RecordOfOtherEndpoint: {
        means: 'Another private endpoint made it.',
        remedy:
          "Use another zone for this endpoint (dns.zoneId), set dns.mode to None, or remove the other endpoint's zone group.",
      },
      RecordOfUnknownOrigin: {
        means: 'No private endpoint made it, and it holds another address.',
        remedy:
          'Find out who made the record; delete it if nobody needs it, or use another zone (dns.zoneId).',
      },
    },
  },
  OwnershipLost: {
    polarity: 'abnormal-true',
    means: 'An endpoint that was ours no longer is.',
    True: {
      TagsChanged: {
        means: 'It carries another owner, or none, and is another incarnation.',
        remedy:
          'Find out who replaced or took it; set adoptionPolicy to IfMatching to take it back, or delete this object, which leaves it alone.',
      },
    },
  },
  Throttled: {
    polarity: 'abnormal-true',
    means: 'Azure has been limiting our requests for minutes.',
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
        means: 'What differs in Azure stays as it is.',
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

/** Reasons of a Ready that is not True. */
export type Unmet = keyof typeof catalogue.Ready.False | keyof typeof catalogue.Ready.Unknown
/** Conditions beside Ready that stand while they hold. */
export type Abnormal = Exclude<keyof typeof catalogue, 'Ready'>
