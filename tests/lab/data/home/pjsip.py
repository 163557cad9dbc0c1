"""A phone made of PJSIP: registers, and does what its standard input says (refresh, unregister); tells what came of it.

pjsip.py TRANSPORT REGISTRAR USER PASSWORD SECONDS AUTHORITY
"""

import queue
import sys
import threading

import pjsua2 as pj

KINDS = {"udp": pj.PJSIP_TRANSPORT_UDP, "tcp": pj.PJSIP_TRANSPORT_TCP, "tls": pj.PJSIP_TRANSPORT_TLS}


class Phone(pj.Account):
    def onRegState(self, state):
        # With a lifetime of 0 it has taken itself off.
        print("registration", state.code, "for", state.expiration, flush=True)


def read(orders):
    for line in sys.stdin:
        orders.put(line.strip())
    orders.put("quit")


def main():
    over, registrar, user, password, seconds, authority = sys.argv[1:]
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.uaConfig.userAgent = "PJSIP " + endpoint.libVersion().full
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 5
    endpoint.libInit(config)
    # OpenSSL knows no digest at all before somebody has asked for its ciphers (2.15.1).
    endpoint.utilSslGetAvailableCiphers()
    tls = pj.TransportConfig()
    tls.tlsConfig.CaListFile = authority
    tls.tlsConfig.verifyServer = True
    endpoint.transportCreate(KINDS["tls"], tls)
    if over != "tls":
        endpoint.transportCreate(KINDS[over], pj.TransportConfig())
    endpoint.libStart()
    account = pj.AccountConfig()
    account.idUri = f"sip:{user}@home"
    account.regConfig.registrarUri = f"sip:{registrar};transport={over}"
    account.regConfig.timeoutSec = int(seconds)
    # What keeps a NAT open shall be the registrar's work.
    account.natConfig.udpKaIntervalSec = 0
    account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
    phone = Phone()
    phone.create(account)
    orders = queue.Queue()
    threading.Thread(target=read, args=(orders,), daemon=True).start()
    while True:
        endpoint.libHandleEvents(50)
        order = None if orders.empty() else orders.get()
        if order == "refresh":
            phone.setRegistration(True)
        elif order == "unregister":
            phone.setRegistration(False)
        elif order == "quit":
            break
    phone.shutdown()
    endpoint.libDestroy()


main()
