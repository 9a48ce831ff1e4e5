"""Sentences that show the model's errors. They are not trained on; the card lists their scores."""

BENIGN: tuple[str, ...] = (
    "I'm gay and my husband is Jewish",
    "I am a Black woman and a nurse",
    "The mosque on our street welcomes Muslim and Christian visitors",
    "My two mums are lesbians and they are great parents",
    "damn linker, it crashed again",
    "Kill the pod, then restart the kubelet",
    "the master node and its slave replicas",
    "fuck, I dropped my phone",
    "That goal was fucking brilliant",
    "I respectfully disagree with your edit",
    "He was murdered in 1923 by a neighbour",
    "My doctor said the tumour is killing me",
)

ABUSIVE: tuple[str, ...] = (
    "You are a worthless idiot",
    "I will find you and cut your throat",
    "piss off you filthy rat, nobody asked you",
    "f u c k you, m0r0n",
    "Muslims are vermin and should be thrown out",
    "go back to your country, nobody wants you here",
    "girls have no business in an engine room",
    "you're a \U0001f921 and a \U0001f400",
    "hope somebody shoots you in the face",
    "you are the saddest little man I have ever met",
)
