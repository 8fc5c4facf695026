"""The three partners of the demo, as data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DemoPartner:
    """A fictional partner with its portal. `texts` are the branding's, `portal_texts` the
    portal's own, both by language."""

    slug: str
    name: str
    colour: str
    portal: str
    portal_name: str
    territory: str
    languages: tuple[str, ...]
    texts: dict[str, dict[str, str]]
    portal_texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def origin(self, port: int) -> str:
        """Where the demo serves this partner's page."""
        return f"http://{self.slug}.localhost:{port}"


DEMO_PARTNERS = (
    DemoPartner(
        slug="telco",
        name="Teranga Mobile",
        colour="#a0125c",
        portal="senegal",
        portal_name="Senegal",
        territory="SN",
        languages=("fr", "en", "ar"),
        texts={
            "fr": {
                "intro": "Merci d’aider à protéger les enfants. Votre signalement est anonyme "
                "et part directement aux analystes de l’IWF.",
                "footer": "Proposé par Teranga Mobile avec l’Internet Watch Foundation.",
            },
            "en": {
                "intro": "Thank you for helping to protect children. Your report is anonymous "
                "and goes straight to analysts at the IWF.",
                "footer": "Offered by Teranga Mobile with the Internet Watch Foundation.",
            },
            "ar": {
                "intro": "شكراً لمساعدتك على حماية الأطفال. بلاغك دون ذكر اسمك، "
                "ويصل مباشرة إلى محلّلي مؤسسة IWF.",
                "footer": "خدمة تقدّمها Teranga Mobile مع مؤسسة Internet Watch Foundation.",
            },
        },
        # No number of a real helpline: the demo's countries are real, its services are not.
        portal_texts={
            "fr": {
                "emergency": "Si un enfant est en danger près de vous, allez aussi au poste de "
                "police ou de gendarmerie le plus proche.",
                "helpline": "Vous pouvez en parler à une personne de confiance, ou au service "
                "social de votre commune.",
            },
            "en": {
                "emergency": "If a child near you is in danger, also go to the nearest police or "
                "gendarmerie station.",
                "helpline": "You can talk to someone you trust, or to the social service of your "
                "municipality.",
            },
            "ar": {
                "emergency": "إذا كان طفل قريب منك في خطر، يمكنك أيضاً التوجّه إلى أقرب مركز للشرطة "
                "أو الدرك.",
                "helpline": "يمكنك التحدّث إلى شخص تثق به، أو إلى الخدمة الاجتماعية في بلديتك.",
            },
        },
    ),
    DemoPartner(
        slug="charity",
        name="جمعية مرفأ الطفولة",
        colour="#0b6152",
        portal="morocco",
        portal_name="Morocco",
        territory="MA",
        languages=("ar", "fr", "en"),
        texts={
            "ar": {
                "intro": "شكراً لمساعدتك على حماية الأطفال. بلاغك دون ذكر اسمك، "
                "ويصل مباشرة إلى محلّلي مؤسسة IWF.",
                "footer": "جمعية مرفأ الطفولة بالشراكة مع مؤسسة Internet Watch Foundation.",
            },
            "fr": {
                "intro": "Merci d’aider à protéger les enfants. Votre signalement est anonyme "
                "et part directement aux analystes de l’IWF.",
                "footer": "",
            },
            "en": {
                "intro": "Thank you for helping to protect children. Your report is anonymous "
                "and goes straight to analysts at the IWF.",
                "footer": "",
            },
        },
    ),
    DemoPartner(
        slug="police",
        name="Zambezi Republic Police – Online Safety Unit",
        colour="#0b2a4f",
        portal="zambia",
        portal_name="Zambia",
        territory="ZM",
        languages=("en", "fr"),
        texts={
            "en": {
                "intro": "Thank you for helping to protect children. Your report is anonymous "
                "and goes straight to analysts at the IWF.",
                "footer": "A report here is not a police complaint.",
            },
            "fr": {
                "intro": "Merci d’aider à protéger les enfants. Votre signalement est anonyme "
                "et part directement aux analystes de l’IWF.",
                "footer": "Un signalement ici n’est pas une plainte à la police.",
            },
        },
    ),
)
