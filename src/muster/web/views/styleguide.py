"""Every component on one page, for those who build pages. Only with DEBUG."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from muster.toolkit import marks
from muster.toolkit.pages import page


class SampleForm(forms.Form):
    gate = forms.CharField(label="关口名称", help_text="居民平时怎么叫就怎么写")
    phone = forms.CharField(
        label="联系电话", min_length=11, error_messages={"min_length": "手机号少 4 位，请补全。"}
    )
    day = forms.ChoiceField(label="日期", choices=[("0", "今天 4月16日"), ("1", "明天 4月17日")])
    task = forms.ChoiceField(
        label="召集模板",
        widget=forms.RadioSelect,
        choices=[("gate", "门岗扫码测温"), ("visit", "入户排查"), ("flood", "防汛转移")],
    )
    tasks = forms.MultipleChoiceField(
        label="愿意做的事",
        widget=forms.CheckboxSelectMultiple,
        choices=[("scan", "扫码"), ("temperature", "测温"), ("register", "登记")],
    )
    drill = forms.BooleanField(label="这是演练", required=False, help_text="流程完全一样，统计分开算")
    words = forms.CharField(label="补充说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)


PAGES = {
    "desk": "web/desk/styleguide.html",
    "my": "web/my/styleguide.html",
    "sign-in": "web/public/styleguide.html",
    "board": "web/board/styleguide.html",
}


@require_safe
def show(request: HttpRequest, look: str = "desk") -> HttpResponse:
    if look not in PAGES:
        raise Http404
    now = timezone.now()
    form = SampleForm(
        {"gate": "锦里西苑·北门", "phone": "1380000", "day": "0", "task": "gate", "tasks": ["scan"]}
    )
    return page(
        request,
        PAGES[look],
        {
            "week": ["一", "二", "三", "四", "五", "六", "日"],
            "parts": ["早", "午", "晚"],
            "nos": ["要上班", "不舒服", "顾家人", "不在附近"],
            "form": form,
            "funnel": {"needed": 40, "pledged": 46, "named": 43, "accepted": 38, "arrived": 29},
            "notes": {
                "needed": "6 处门岗",
                "pledged": "6 单位+居民",
                "named": "少交 3 人",
                "gap": "南郊巷3号院",
            },
            "short": {"needed": 40, "pledged": 30, "named": 22, "accepted": 9, "arrived": 0},
            "states": list(marks.STATES),
            "note_kinds": ["warn", "ok", "thanks", "bad", "info"],
            "todo": [
                {
                    "icon": "alert-triangle",
                    "tone": "warn",
                    "title": "南郊巷3号院·正门，06:00 班差 2 人",
                    "text": "18 分钟后到岗。附近还有 9 名合适的人没被通知过。",
                    "acts": [
                        {"label": "补召 2 人", "url": "#a", "primary": True},
                        {"label": "向街道求援", "url": "#b"},
                    ],
                },
                {
                    "icon": "file-text",
                    "tone": "warn",
                    "title": "川锦银行锦里支行承诺 4 人，名单只交了 2 人",
                    "text": "联络员 唐婉婷，05:10 看过提醒，还没补。",
                    "acts": [{"label": "打电话", "url": "#c", "icon": "phone"}],
                },
            ],
            "log": [
                SimpleNamespace(at=now - timedelta(minutes=1), text="何丽 在浆洗花园·东门到岗", hot=False),
                SimpleNamespace(at=now - timedelta(minutes=4), text="南郊巷3号院 2 人改口来不了", hot=True),
                SimpleNamespace(at=now - timedelta(hours=3), text="周敏 发起召集，用时 46 秒", hot=False),
            ],
            "reasons": [
                {"icon": "map-pin", "text": "离岗位 320 米", "detail": "步行 4 分钟"},
                {"icon": "history", "text": "12 天没被召过", "detail": "轮到 TA 了"},
                {"icon": "certificate", "text": "门岗培训合格", "detail": "3月28日，街道组织"},
            ],
            "facts": [
                {
                    "icon": "map-pin",
                    "title": "锦里西苑·北门",
                    "text": "武侯祠大街",
                    "url": "#map",
                    "action": "导航",
                },
                {"icon": "clipboard-check", "title": "带上身份证和手机", "text": "穿舒服的鞋", "url": ""},
            ],
            "kit": [
                {"icon": "mask", "name": "口罩 手套", "detail": "面屏"},
                {"icon": "bowl-chopsticks", "name": "热早餐", "detail": "07:30 送到"},
                {"icon": "umbrella", "name": "保险", "detail": "当天有效"},
            ],
            "pages": SimpleNamespace(first=False, next_cursor="abc"),
            "steady": [84, 86, 88, 87, 90, 92, 93, 94],
            "soon": now + timedelta(minutes=18, seconds=5),
        },
    )
