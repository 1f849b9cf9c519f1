"""Words that tell of persons: headings in four languages, common given names and surnames.

`sources.door.privacy` weighs them. Headings are compared as `sources.door.privacy.heading_of` spells them: small
letters, neither accents nor punctuation, single spaces. Korean and Chinese are found inside longer words, the others
as words of their own.
"""

from __future__ import annotations

import re

_WHO = (
    "child|children|kid|student|pupil|parent|guardian|mother|father|caregiver|client|patient|participant|attendee|"
    "beneficiary|teacher|educator|staff|employee|worker|volunteer|person|contact|respondent|applicant|signatory"
)
_QUIEN = (
    "nino|nina|menor|alumno|alumna|estudiante|padre|madre|tutor|tutora|participante|paciente|beneficiario|"
    "beneficiaria|docente|maestro|maestra|empleado|empleada|contacto|responsable|trabajador|trabajadora|persona"
)
_NUGU = (
    "아동|학생|원아|유아|영아|자녀|보호자|부모|교사|담당자|직원|이용자|참여자|참가자|대상자|환자|작성자|대표자|신청자"
)
_SHEI = (
    "儿童|兒童|孩子|幼儿|幼兒|学生|學生|家长|家長|监护人|監護人|患者|客户|"
    "教师|教師|老师|老師|员工|員工|联系人|聯絡人|负责人|負責人|参与者"
)


def _words(*alternatives: str) -> re.Pattern[str]:
    """Any of the alternatives; Latin letters at either end of a match end the word."""
    return re.compile(rf"(?<![a-z])(?:{'|'.join(alternatives)})(?![a-z])")


NAMED = _words(
    r"(?:first|last|middle|given|family|full|legal|maiden|preferred) ?names?", "surnames?", "forenames?", "[fl]name",
    rf"(?:{_WHO})s?(?:'?s)? (?:full |first |last )?names?", rf"names? of (?:the |each )?(?:{_WHO})s?",
    "apellidos?", "nombres? y apellidos?", "nombre completo", "nombre de pila",
    rf"nombres? (?:del |de la |de los |de las |de )?(?:{_QUIEN})s?",
    "성명", rf"(?:{_NUGU}) ?이름", "(?:학생|아동|원아|교사|담당자|보호자|대표자)명(?!단)",
    "姓名", rf"(?:{_SHEI})的?名[字]?", "^姓$",
)  # fmt: skip
"""Headings of persons' names, whatever stands below them."""

PERHAPS_NAMED = _words(
    "names?", f"(?:{_WHO})s?", "(?:prepared|submitted|completed|entered|filled in|reported|signed) by", "director",
    "nombres?", f"(?:{_QUIEN})s?", "(?:elaborado|enviado|firmado) por", "이름", _NUGU, "원장",
    "名字", _SHEI, "园长", "填报人",
)  # fmt: skip
"""Headings that may be of persons' names; the cells tell."""

BORN = _words(
    "dob", "d o b", "birth ?dates?", "birth ?days?", "dates? of birth", "fechas? de nacimiento", "cumpleanos",
    "생년월일", "출생일자?", "생일", "出生日期", "出生年月日?", "生日",
)  # fmt: skip
"""Headings of birth dates, however the cells write them."""

PERHAPS_BORN = _words("births?", "born", "nacimientos?", "nacid[oa]s?", "출생(?![아수률율])", "出生(?![率人数])")
"""Headings of birth dates or of counts of births; the cells tell."""

PHONES = _words(
    "phones?", "telephones?", "cell ?phones?", "mobiles?", "phone (?:number|no)s?", "tel", "telefonos?", "movil",
    "celular", "전화(?:번호)?", "휴대(?:폰|전화)", "핸드폰", "연락처", "电话", "電話", "手机号?", "手機",
)  # fmt: skip

IDS = _words(
    "ssn", "social security(?: number| no)?", "passports?(?: number| no)?", "national id(?: number| no)?", "dni", "nie",
    "nif", "pasaporte", "주민(?:등록)?번호", "여권번호", "身份证号?码?", "身分證", "护照号?码?",
)  # fmt: skip

ORGANISATION = _words(
    "cent(?:er|re)s?", "sites?", "facilit(?:y|ies)", "schools?", "preschools?", "providers?", "programs?",
    "programmes?", "agenc(?:y|ies)", "organi[sz]ations?", "partners?", "count(?:y|ies)", "districts?", "cit(?:y|ies)",
    "towns?", "places?",
    "areas?", "regions?", "states?", "countr(?:y|ies)", "streets?", "indicators?", "measures?", "sheets?", "files?",
    "columns?", "series", "datasets?", "groups?", "categor(?:y|ies)", "companys?", "business", "operator", "daycare",
    "nursery", "academy", "church", "ymca", "house", "home", "care", "learning", "kids", "university", "college",
    "hospital", "trust", "council", "association", "foundation", "inc", "llc", "ltd", "road", "avenue", "park",
    "centros?", "escuelas?", "colegios?", "guarderias?", "municipios?", "provincias?", "organizacion",
    "entidad", "lugar",
    "시설", "기관", "센터", "어린이집", "유치원", "학교", "지역", "시군구", "읍면동", "단체", "지표",
    "机构", "機構", "中心", "学校", "學校", "幼儿园", "幼兒園", "地区", "地區", "城市", "街道", "指标", "公司",
)  # fmt: skip
"""Words of organisations, places and tables: beside them a ``name`` is not a person's."""

GIVEN = frozenset(
    re.findall(
        r"\w+",
        """
aaron abigail adam aiden alan albert alejandra alejandro alex alexander alexis alice amanda amber amy ana andrea
andres andrew angel angela ann anna anne anthony antonio arthur ashley austin ava barbara beatriz benjamin betty
beverly brandon brenda brian brittany bruce bryan caleb camila carl carla carlos carmen carol carolina caroline
carolyn catherine charles charlotte cheryl chloe christian christina christine christopher claudia cristina
cynthia daniel daniela danielle david deborah debra denise dennis diana diane diego donald donna dorothy douglas
dylan edward elena elijah elizabeth ella emily emma eric ethan eva evelyn fernando frances francisco frank
gabriel gabriela gary george gerald gloria grace gregory hannah harold harper harry heather helen henry isaac
isabel isabella jack jacob jacqueline james jane janet janice jason javier jayden jean jeffrey jennifer jeremy
jerry jesse jessica jesus joan joe john jonathan jorge jose joseph joshua joyce juan juana judith judy julia
julian julie justin karen katherine kathleen kathryn keith kelly kenneth kevin kimberly kyle larry laura lauren
lawrence leo leonardo liam linda lisa logan lori lucas lucia luis luisa luna madison manuel margaret maria marie
marilyn mario mark marta martha mary mason mateo matthew megan melissa mia michael michelle miguel mila mohammed
monica nancy natalia natalie nathan nicholas nicole noah nora oliver olivia oscar pablo pamela patricia patrick
paul paula pedro peter philip rachel rafael ralph ramon randy raul raymond rebecca richard robert roberto
rodrigo roger ronald rosa rose roy russell ruth ryan samantha samuel sandra santiago sara sarah scarlett scott
sean sebastian sergio sharon shirley sofia sophia stephanie stephen steven susan teresa terry theodore theresa
thomas tiffany timothy tyler valentina valeria vanessa veronica victor victoria vincent virginia walter wayne
william willie xavier zachary zoe
""",
    )
)
"""Given names common in the United States, Latin America and Spain; about a third of people there bear one of them."""

SURNAMES_KO = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추"
)
"""First syllables of the surnames of more than nine in ten Koreans."""
NOT_NAMES_KO = "시군구동읍면도리원관교소집팀과부실센터장역산천반"
"""Last syllables of places, organisations and functions, with which few names of persons end."""
SURNAMES_ZH = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁沈任姚卢盧傅钟鐘姜"
    "崔谭譚廖范汪陆陸金石戴贾賈韦韋夏邱方侯邹鄒熊孟秦白江阎薛尹"
)
"""The surnames of about nine in ten Chinese."""
NOT_NAMES_ZH = "省市县縣区區镇鎮乡鄉村园園院校站所局部路街州岛島山"
