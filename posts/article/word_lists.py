"""The words by which speakers are recognised, per language, folded; only compared with, never written anywhere.

Verbs are whole forms. Words for roles and organisations are stems where the language inflects its nouns.
"""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written in one string."""
    return frozenset(words.split())


SAYING = listed(
    "said says say adds added explained explains stressed stresses noted notes emphasized emphasised emphasizes "
    "emphasises stated states told commented comments declared concluded concludes underlined highlighted remarked "
    "recalled continued warned urged reminded reflected observed underscored "
    "сказал сказала сказали заявил заявила заявили отметил отметила отметили подчеркнул подчеркнула добавил добавила "
    "рассказал рассказала пояснил пояснила объяснил объяснила сообщил сообщила сообщили говорит отмечает подчеркивает "
    "подчёркивает считает добавляет рассказывает поясняет поделился поделилась прокомментировал прокомментировала "
    "напомнил напомнила заключил заключила призвал призвала уточнил уточнила словам "
    "сказав зазначив зазначила наголосив наголосила підкреслив підкреслила додав додала розповів розповіла пояснив "
    "повідомив повідомила заявив заявила каже говорить зазначає наголошує словами "
    "сказаў адзначыў адзначыла падкрэсліў падкрэсліла дадаў дадала заявіў заявіла паведаміў паведаміла кажа распавёў "
    "განაცხადა თქვა აღნიშნა განმარტა დასძინა დაამატა ამბობს აცხადებს აღნიშნავს უთხრა "
    "ասաց ասել նշեց նշել ընդգծեց հայտարարեց ավելացրեց ասում նշում "
    "dedi deyib deyir bildirib bildirdi vurğulayıb vurğuladı söylədi söyləyib edib əlavə "
    "гуфт гуфтааст мегӯяд гуфтанд "
    "deydi aytdi taʼkidladi ta'kidladi ta’kidladi taʻkidladi ta‘kidladi bildirdi degan "
    "деди дейди айтди таъкидлади билдирди "
    "деді дейді айтты мәлімдеді хабарлады "
    "дейт белгиледи билдирди кошумчалады "
    "spus spune declarat declară menționat subliniat adăugat afirmat afirmă precizat explicat explică adaugă "
    "قال قالت قالوا وقال وقالت أضاف أضافت وأضاف وأضافت أكد أكدت وأكد وأكدت صرح صرحت أوضح أوضحت ذكر ذكرت"
)
SPEAKING = listed(
    "spoke opened welcomed addressed greeted открыл открыла выступил выступила обратился обратилась приветствовал "
    "приветствовала відкрив відкрила виступив виступила according put"
)
PRONOUNS = listed(
    "he she they он она они він вона вони ён яна яны ის ol u ул у ол ал ӯ ea el هو هي նա o вӣ"
    # Uzbek and Azerbaijani `u`, `o` are one letter: they are looked up as whole words only
)
LEADING = listed("the a an as how как по як за ca și və")
BETWEEN_NAMES = listed("de da di del dela der den van von bin bint ibn al el la le du dos und y e")
AFTER_NAMES = listed("oğlu qızı oglu ogly oglou kyzy kızı оглы оглу кызы кизи угли уулу қизи ўғли ұлы қызы oʻgʻli qizi")
ASIDES = listed(
    "at on in during who while when after before speaking adding opening with to as "
    "на в во при который которая которые выступая добавив отметив открывая комментируя во время "
    "під який яка на у на la în în care care"
)
TITLES = listed("mr mrs ms dr prof г-н г-жа")
OF = listed("of for")
PLACING = listed("in at on near across to в во на у în la")
JOINS_AN_ORGANISATION = listed("of from at for with из от от з із від din de la")

ROLE_WORDS = listed(
    "acting head heads chief chiefs deputy director directors manager managers officer officers coordinator "
    "co-ordinator coordinators specialist specialists adviser advisor minister ministers ambassador representative "
    "representatives president chair chairman chairwoman chairperson secretary expert experts assistant associate "
    "leader spokesperson spokesman spokeswoman consultant lawyer psychologist worker teacher doctor professor founder "
    "co-founder commissioner rapporteur prosecutor judge inspector colonel major governor mayor volunteer journalist "
    "counsellor counselor envoy executive participant student mp ceo cfo phd "
    "rəhbəri rəhbər direktor direktoru nazir naziri müdir müdiri rahbari rahbar boshlig'i boshligʻi vaziri "
    "koordinatori koordinator mutaxassisi șeful șefa sef șef directorul directoarea ministrul coordonator "
    "coordonatoarea coordonatorul manager ofițer"
)
ROLE_STEMS = (
    *("директор", "руководител", "глав", "начальни", "координатор", "специалист", "эксперт", "представител"),
    *("посол", "посл", "заместител", "советник", "менеджер", "сотрудни", "юрист", "психолог", "президент", "министр"),
    *("председател", "секретар", "уполномоченн", "комиссар", "прокурор", "куратор", "основател", "помощни", "врач"),
    *("керівни", "очільни", "директор", "міністр", "фахів", "спеціаліст", "експерт", "представни", "заступни", "голов"),
    *("кіраўні", "міністр", "дырэктар", "каардынатар", "спецыяліст", "прадстаўні", "намесні"),
    *("ხელმძღვანელ", "დირექტორ", "მინისტრ", "კოორდინატორ", "წარმომადგენ", "სპეციალისტ", "უფროს", "თავმჯდომარ"),
    *("მენეჯერ", "ოფიცერ", "ექსპერტ", "მოადგილე", "მრჩეველ", "ელჩ"),
    *("ղեկավար", "տնօրեն", "նախարար", "համակարգող", "մասնագետ", "ներկայացուցիչ", "պետ", "փորձագետ"),
    *("роҳбар", "мутахассис", "намоянда", "вазир", "муовин", "раис", "раҳбар", "бошлиғ", "басшы", "жетекші", "башчы"),
    *("жетекчи", "үйлестіруші", "маман", "адис", "координатор", "өкіл", "өкүл"),
    *("مدير", "رئيس", "منسق", "وزير", "ممثل", "خبير", "سفير", "مسؤول"),
)
ORGANISATION_WORDS = listed(
    "ministry embassy university organization organisation foundation fund centre center agency department bureau "
    "office commission committee union council association institute academy federation ngo "
    "ministerul organizația fundația agenția vazirligi nazirliyi"
)
ORGANISATION_STEMS = (
    *("министерств", "посольств", "университет", "организаци", "фонд", "центр", "агентств", "управлени", "комитет"),
    *("представительств", "міністерств", "посольств", "організаці", "агенці", "міністэрств", "арганізацы"),
    *("სამინისტრო", "საელჩო", "ორგანიზაცი", "ფონდ", "ცენტრ", "სააგენტო"),
    *("նախարարություն", "կազմակերպություն", "հիմնադրամ", "կենտրոն", "вазорат", "созмон", "вазирлиг", "министрліг"),
    *("وزارة", "منظمة", "المنظمة", "سفارة", "جامعة", "مؤسسة"),
)
NO_NAMES = listed(
    "it its there we i who which what the this that these our in on at unit section team "
    "world day against trafficking persons person human rights campaign "
    "counter-trafficking anti-trafficking migration migrant protection government republic city national international "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december interior justice health labour social affairs foreign law nations united "
    "general lead senior junior regional programme program project mission country communications social resident "
    "technical special permanent public "
    "mr mrs ms dr prof всемирный день борьбы международный международная республики республика правительства "
    "министр по как за вже այս"
)
ABBREVIATIONS = listed("dr mr mrs ms prof st jr sr no vs art д-р проф им ул г гг см ст т")
