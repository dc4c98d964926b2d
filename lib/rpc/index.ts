export { encodeCall, nullProcedure, type RpcCall, randomXids } from './call.ts';
export {
  answersHere,
  isRegistered,
  NFS3,
  NLM4,
  type RpcbindHost,
  type RpcProgram,
  registeredHere,
} from './local-services.ts';
export { type LocalPort, privilegedPorts } from './privileged-port.ts';
export { decodeReply, type RpcReply, resultsOf } from './reply.ts';
export { askForPort, portFrom, type Registration, RPCBIND_PORT, type Transport } from './rpcbind.ts';
export { callOverTcp } from './tcp-call.ts';
export { callOverUdp, type Peer } from './udp-call.ts';
export { openUdp } from './udp-socket.ts';
