"""Invented quotations, each marked as a sample in its own language."""

from __future__ import annotations

from posts.model import Quote

QUOTES = {
    "en": Quote(
        words="Sample: When we listen to survivors first, we learn what protection means — and what it costs.",
        speaker="Sample Speaker",
        role="Counter-Trafficking Programme Officer",
        organisation="IOM Sampleland",
        language="en",
    ),
    "ru": Quote(
        words="Пример: Когда мы слушаем тех, кто пережил торговлю людьми, мы учимся защищать других — и себя.",
        speaker="Пример Примеров",
        role="сотрудник программы",
        organisation="МОМ в Примерии",
        language="ru",
    ),
    "uk": Quote(
        words="Зразок: Ґрунт під ногами зловмисників зникає, коли ми слухаємо її, їх і тих, хто вціліє.",
        speaker="Зразок Зразченко",
        role="координаторка",
        organisation="МОМ",
        language="uk",
    ),
    "be": Quote(
        words="Узор: Ніхто не павінен плаціць за працу ўласнай свабодай.", speaker="Узор Узораў", language="be"
    ),
    "ka": Quote(
        words="ნიმუში: ყოველი ადამიანი იმსახურებს უსაფრთხო სამუშაოს, სადაც არ უნდა იყოს ის.",
        speaker="ნიმუში ნიმუშაძე",
        role="კოორდინატორი",
        language="ka",
    ),
    "tg": Quote(
        words="Намуна: Ҳар як инсон ба кори бехатар ҳуқуқ дорад; ғамхорӣ ва гӯш кардан ҷони одамро наҷот медиҳад.",
        speaker="Намунаи Суханрон",
        role="ҳамоҳангсоз",
        language="tg",
    ),
    "uz": Quote(
        words="Namuna: Har bir inson xavfsiz ish topishga haqli, buni birgalikda taʼminlash oʻz qoʻlimizda.",
        speaker="Namuna Soʻzlovchi",
        role="dastur koordinatori",
        language="uz-Latn",
    ),
    "hy": Quote(words="Նմուշ. Յուրաքանչյուր մարդ արժանի է անվտանգ աշխատանքի։", speaker="Նմուշ Նմուշյան", language="hy"),
}
