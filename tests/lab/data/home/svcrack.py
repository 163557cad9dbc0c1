"""svcrack of SIPVicious 0.3.3, which falls over a challenge that offers more than `auth`: taught to take `auth` out of it."""

from sipvicious import svcrack

svcrack.getQop = lambda packet: "auth"
svcrack.main()
